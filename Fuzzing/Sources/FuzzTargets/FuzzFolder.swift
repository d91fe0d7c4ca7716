import Foundation
package import IntaglioData

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A folder for the files that readers want.
package typealias FuzzFolder = ScratchFolder

extension FuzzFolder {
  /// A folder in memory where the system has such a place; those of killed runs go.
  package static func inMemory() throws -> FuzzFolder {
    let memory = "/dev/shm"
    return try FuzzFolder(in: FileManager.default.isWritableFile(atPath: memory) ? memory : nil)
  }

  func path(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file by plain system calls, which cost less than reading it, and returns its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = path(name)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FuzzFault("\(path) cannot be opened") }
    defer { close(descriptor) }
    guard writeAll(bytes, to: descriptor) else { throw FuzzFault("\(path) cannot be written") }
    return path
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }
}
