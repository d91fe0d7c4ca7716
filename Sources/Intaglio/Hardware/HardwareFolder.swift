import Foundation
public import IntaglioData
public import IntaglioHardware

/// A folder that `hardware emit` wrote, whatever was changed in it since.
public struct HardwareFolder: Sendable {
  /// What `emit` says of its design there, as JSON.
  public static let descriptionName = "design.json"
  /// The program itself, where it was asked for.
  public static let programName = "program.intaglio"

  public let path: String
  public let part: HardwarePart
  public let tile: Int
  public let options: MachineOptions
  /// What the program was called, and the SHA-256 of what it is.
  public let program: String
  public let hash: SHA256Digest
  /// The sources that files.f names, in its order.
  public let sources: [String]

  /// Whether `path` is such a folder.
  public static func isDesign(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(descriptionName)")
  }

  /// The program in the folder; `nil` where it was left out.
  public var programPath: String? {
    let file = "\(path)/\(Self.programName)"
    return FileManager.default.fileExists(atPath: file) ? file : nil
  }

  /// Verilog in the folder that files.f does not name.
  public var unusedSources: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasSuffix(".v") || $0.hasSuffix(".sv") }.sorted()
      .filter { !sources.contains($0) }
  }

  private struct Description: Decodable {
    struct Program: Decodable {
      let name: String
      let sha256: SHA256Digest
    }

    let part: String
    let tile: Int
    let program: Program
  }

  /// - Throws: `HardwareFolderError`.
  public init(_ path: String) throws {
    let file = "\(path)/\(Self.descriptionName)"
    guard let bytes = FileManager.default.contents(atPath: file) else {
      throw HardwareFolderError.missing(file)
    }
    let description: Description
    do { description = try JSONDecoder().decode(Description.self, from: bytes) } catch {
      let reason = (error as? DecodingError)?.place ?? "\(error)"
      throw HardwareFolderError.damaged(file, reason)
    }
    guard let part = HardwarePart(description.part) else {
      throw HardwareFolderError.damaged(file, "part '\(description.part)'")
    }
    guard (1...256).contains(description.tile) else {
      throw HardwareFolderError.damaged(file, "tile \(description.tile)")
    }
    (self.path, self.part, tile) = (path, part, description.tile)
    (program, hash) = (description.program.name, description.program.sha256)
    options = try MachineOptions(in: bytes, of: file)
    sources = try Self.sources(in: path)
  }

  private static func sources(in path: String) throws(HardwareFolderError) -> [String] {
    let file = "\(path)/\(Verilog.Design.listName)"
    guard let bytes = FileManager.default.contents(atPath: file) else { throw .missing(file) }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty && !$0.hasPrefix("//") }
    for line in lines {
      if line.hasPrefix("-") || line.hasPrefix("+") { throw .option(file, line) }
      guard FileManager.default.fileExists(atPath: "\(path)/\(line)") else {
        throw .missing("\(path)/\(line)")
      }
    }
    return lines
  }

  /// Copies everything in the folder to `folder`, another one.
  ///
  /// - Returns: the sources.
  func copy(to folder: String) throws -> [String] {
    let places = [path, folder].map {
      URL(fileURLWithPath: $0).resolvingSymlinksInPath().standardizedFileURL.path
    }
    guard places[0] != places[1] else { throw HardwareFolderError.same(path) }
    for name in try FileManager.default.contentsOfDirectory(atPath: path) {
      let target = "\(folder)/\(name)"
      if FileManager.default.fileExists(atPath: target) {
        try FileManager.default.removeItem(atPath: target)
      }
      try FileManager.default.copyItem(atPath: "\(path)/\(name)", toPath: target)
    }
    return sources
  }
}

extension MachineOptions {
  /// Those in the description of a design; what an older one does not name is as it is by default.
  ///
  /// - Throws: `HardwareFolderError.damaged` for an option that is unknown.
  fileprivate init(in description: Data, of file: String) throws {
    let found =
      (try JSONSerialization.jsonObject(with: description) as? [String: Any])?["options"]
      as? [String: Any] ?? [:]
    let encoded = try JSONEncoder().encode(MachineOptions())
    let known = try JSONSerialization.jsonObject(with: encoded) as? [String: Any] ?? [:]
    if let name = found.keys.sorted().first(where: { known[$0] == nil }) {
      throw HardwareFolderError.damaged(file, "option '\(name)', which this version does not know")
    }
    do {
      let bytes = try JSONSerialization.data(withJSONObject: known.merging(found) { $1 })
      self = try JSONDecoder().decode(MachineOptions.self, from: bytes)
    } catch {
      let reason = (error as? DecodingError)?.place ?? "\(error)"
      throw HardwareFolderError.damaged(file, "options: \(reason)")
    }
  }
}

/// Why what lies in a folder cannot be compared with a program.
public enum HardwareFolderError: Error, Sendable, CustomStringConvertible {
  case missing(String)
  case damaged(String, String)
  /// A line of files.f that is no file.
  case option(String, String)
  /// Files would be copied onto themselves.
  case same(String)
  case noProgram(folder: String, name: String)
  case otherProgram(folder: String, name: String, expected: SHA256Digest, found: SHA256Digest)
  case otherOption(folder: String, name: String, value: String)
  /// No beat for a long time; how many were sent and received.
  case stuck(folder: String, String)

  public var description: String {
    switch self {
    case .missing(let file): "\(file): found no file that can be read"
    case .damaged(let file, let reason):
      "\(file): expected what 'intaglio hardware emit' writes there; found \(reason)"
    case .option(let file, let line):
      "\(file): expected names of files; found '\(line)'; options of simulators are not taken from there"
    case .same(let folder):
      "--keep: expected another folder than '\(folder)', whose files are compared; name a new one"
    case .noProgram(let folder, let name):
      "\(folder): it was made from '\(name)', which is not in the folder; name the program with --model, or emit "
        + "with --with-program"
    case .otherProgram(let folder, let name, let expected, let found):
      "\(folder): it was made from '\(name)', a program with SHA-256 \(expected); that of --model has \(found), "
        + "and would be answered with other numbers; name the same program, with the same options"
    case .otherOption(let folder, let name, let value):
      "\(folder): \(name) is that of the folder, \(value); leave the option out"
    case .stuck(let folder, let counts):
      "\(folder): the machine stopped: no beat for so long that it counts as stuck (\(counts) beats)"
    }
  }
}

extension HardwareModule {
  /// The machine that `folder` was written as.
  ///
  /// - Throws: as that of a part.
  public init(_ program: Program, as folder: HardwareFolder) throws {
    try self.init(
      program,
      part: folder.part,
      tile: folder.tile,
      options: folder.options
    )
  }
}

extension Program {
  /// SHA-256 of the program as a packed file: of what it is, wherever it came from.
  ///
  /// - Parameter folder: gets the file.
  /// - Returns: its path and its hash.
  /// - Throws: `ExportError`, `DataError`.
  public func packed(in folder: String) throws -> (path: String, hash: SHA256Digest) {
    let path = "\(folder)/\(HardwareFolder.programName)"
    try model.with(.graph(model.graph.pruned())).save(to: path)
    return (path, try SHA256Digest(contentsOf: path))
  }
}
