/// The few lines of text that Git leaves in place of a file that Git LFS keeps elsewhere.
public enum GitLFSPointer {
  /// What to say of a file that is one.
  public static let reason =
    "this is a Git LFS pointer, not the file itself; run `git lfs pull` in its repository"

  /// Whether a file that starts with `bytes` is one.
  public static func recognizes(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: "version https://git-lfs.github.com/spec/".utf8)
  }
}
