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

  let path: String

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
  ///
  /// Programs in `programs` are found before all others. A shell's `script` runs the executable and its
  /// arguments as `"$@"`, under whatever it arranges.
  func run(
    _ arguments: [String],
    in folder: TemporaryFolder? = nil,
    programs: TemporaryFolder? = nil,
    script: String? = nil
  ) throws -> Run {
    let streams = try TemporaryFolder()
    let (output, errors) = (try streams.file("output", []), try streams.file("errors", []))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: script == nil ? path : "/bin/sh")
    process.arguments = script.map { ["-c", $0, "sh", path] + arguments } ?? arguments
    process.currentDirectoryURL = URL(fileURLWithPath: (folder ?? streams).path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    if let programs {
      var environment = ProcessInfo.processInfo.environment
      environment["PATH"] = "\(programs.path):\(environment["PATH"] ?? "")"
      process.environment = environment
    }
    try process.run()
    process.waitUntilExit()
    return Run(
      exitCode: process.terminationReason == .exit ? process.terminationStatus : nil,
      output: Data(try streams.bytes("output")),
      errors: Data(try streams.bytes("errors"))
    )
  }

  /// Starts a run that says nothing, to be ended by a signal.
  func start(_ arguments: [String], in folder: TemporaryFolder) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Starts a run that is talked to line by line.
  func converse(_ arguments: [String]) throws -> Conversation {
    try Conversation(path: path, arguments: arguments)
  }
}

/// A run of the executable that answers on its standard output.
final class Conversation {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let streams: TemporaryFolder
  private var rest = Data()

  fileprivate init(path: String, arguments: [String]) throws {
    streams = try TemporaryFolder()
    let errors = try streams.file("errors", [])
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
  }

  /// What it has said on its standard error so far.
  var errors: String {
    get throws { String(decoding: try streams.bytes("errors"), as: UTF8.self) }
  }

  func say(_ line: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
  }

  /// The next line as a JSON object, `nil` at the end.
  func hear() throws -> [String: Any]? {
    let newline = UInt8(ascii: "\n")
    while !rest.contains(newline) {
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { return nil }
      rest += more
    }
    let line = rest.prefix { $0 != newline }
    rest = Data(rest.dropFirst(line.count + 1))
    return try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
  }

  /// Ends the input.
  ///
  /// - Returns: the exit code; `nil` when a signal ended the run.
  func end() throws -> Int32? {
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : nil
  }

  deinit { if process.isRunning { process.terminate() } }
}
