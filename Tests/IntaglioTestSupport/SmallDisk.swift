import Foundation

/// A file system of 64 KiB in memory, for what happens on a full or a read-only disk.
public final class SmallDisk: Sendable {
  public let folder: TemporaryFolder

  /// `nil` where this user may not mount one.
  public init?() {
    guard let folder = try? TemporaryFolder(),
      Self.run("mount", "-t", "tmpfs", "-o", "size=64k", "intaglio-test", folder.path)
    else { return nil }
    self.folder = folder
  }

  deinit { _ = Self.run("umount", "-l", folder.path) }

  /// - Returns: whether nothing can be written from now on.
  public func makeReadOnly() -> Bool { Self.run("mount", "-o", "remount,ro", folder.path) }

  /// Whether tests that need one shall run.
  public static var isAvailable: Bool { SmallDisk() != nil }

  private static func run(_ command: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationReason == .exit && process.terminationStatus == 0
  }
}
