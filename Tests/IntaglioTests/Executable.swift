import Foundation
import IntaglioTestSupport
import Testing

/// The executable `intaglio`, built beside the tests.
struct Executable {
  /// How a run ended and what it said.
  struct Run {
    /// `nil` when a signal ended it: a trap.
    let exitCode: Int32?
    let output: String
    let errors: String
    private let bytes: Data

    fileprivate init(exitCode: Int32?, output: Data, errors: Data) {
      self.exitCode = exitCode
      self.output = String(decoding: output, as: UTF8.self)
      self.errors = String(decoding: errors, as: UTF8.self)
      bytes = output
    }

    /// The standard output as a JSON object.
    func json() throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }
  }

  private let path: String

  /// Looks where the tests themselves are, and above.
  init() throws {
    let bundles = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
    let places = bundles + [Bundle.main.bundlePath, Bundle.main.executablePath ?? ""]
    let found = places.lazy.flatMap(Self.foldersAbove).first { folder in
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(
        atPath: "\(folder)/intaglio",
        isDirectory: &isFolder
      )
      return exists && !isFolder.boolValue
    }
    path = try #require(found, "no executable 'intaglio' beside \(places)") + "/intaglio"
  }

  private static func foldersAbove(_ path: String) -> [String] {
    var url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    return (0..<4).map { _ in
      defer { url.deleteLastPathComponent() }
      return url.path
    }
  }

  /// Runs to the end in a folder of its own, `folder` when the run shall leave files.
  func run(_ arguments: [String], in folder: TemporaryFolder? = nil) throws -> Run {
    let streams = try TemporaryFolder()
    let (output, errors) = (try streams.file("output", []), try streams.file("errors", []))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: (folder ?? streams).path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    process.waitUntilExit()
    return Run(
      exitCode: process.terminationReason == .exit ? process.terminationStatus : nil,
      output: Data(try streams.bytes("output")),
      errors: Data(try streams.bytes("errors"))
    )
  }
}
