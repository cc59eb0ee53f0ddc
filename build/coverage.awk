# Of a coverage report in lcov's format: the share of the lines that ran, and the files where it is small. -v root=FOLDER/ shortens the names.
BEGIN { FS = ":" }
/^SF:/ { file = substr($0, 4 + length(root)) }
/^LF:/ { lines[file] = $2; all += $2 }
/^LH:/ { share = 100 * $2 / lines[file]; hit += $2; if (share < 80) few = few sprintf("\n  %5.1f %%  %s", share, file) }
END { printf "Coverage: %.1f %% of %d lines; %s\n", 100 * hit / all, all, few ? "files under 80 %:" few : "no file under 80 %" }
