using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms.Image;

public sealed class ImageTypeAttribute : DataViewTypeAttribute
{
    private readonly int _height;
    private readonly int _width;

    public ImageTypeAttribute()
    {
    }

    public ImageTypeAttribute(int height, int width)
    {
        Contracts.CheckParam(width > 0, nameof(width), "Must be positive.");
        Contracts.CheckParam(height > 0, nameof(height), "Must be positive.");
        _height = height;
        _width = width;
    }

    public override bool Equals(DataViewTypeAttribute other)
        => other is ImageTypeAttribute image && _height == image._height && _width == image._width;

    public override int GetHashCode() => HashCode.Combine(_height, _width);

    // Without a size this fails, as it does in the real assembly.
    public override void Register()
        => DataViewTypeManager.Register(new ImageDataViewType(_height, _width), typeof(MLImage), this);
}
