using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Compiled reads and writes of the members of a user's class, compiled once for the process.</summary>
internal static class MemberAccess<TRow>
{
    private static readonly ConcurrentDictionary<MemberInfo, Delegate> s_reads = [];
    private static readonly ConcurrentDictionary<MemberInfo, Delegate> s_writes = [];

    public static Func<TRow, TMember> Read<TMember>(MemberInfo member)
        => (Func<TRow, TMember>)s_reads.GetOrAdd(member, static member =>
        {
            var row = Expression.Parameter(typeof(TRow));
            return Expression.Lambda<Func<TRow, TMember>>(Expression.MakeMemberAccess(row, member), row).Compile();
        });

    public static Action<TRow, TMember> Write<TMember>(MemberInfo member)
        => (Action<TRow, TMember>)s_writes.GetOrAdd(member, static member =>
        {
            var row = Expression.Parameter(typeof(TRow));
            var value = Expression.Parameter(typeof(TMember));
            return Expression.Lambda<Action<TRow, TMember>>(Expression.Assign(Expression.MakeMemberAccess(row, member), value), row, value).Compile();
        });
}
