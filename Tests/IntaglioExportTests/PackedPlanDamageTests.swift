import IntaglioData
import IntaglioExport
import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

/// Files with a stored plan: whatever is damaged, nobody gets another plan or program than was
/// written.
@Suite("Damaged packed models with a plan")
struct PackedPlanDamageTests {
  let folder: TemporaryFolder
  let graph: Graph
  let plan: PackedPlan
  /// The bytes of an intact file.
  let bytes: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    graph = try Graph.sample()
    plan = Self.plan(seed: 1)
    try PackedModel.write(
      graph: graph,
      description: .sample,
      plan: plan,
      to: folder.path("intact")
    )
    bytes = try folder.bytes("intact")
  }

  private static func plan(seed: UInt64) -> PackedPlan {
    var random = SplitMix64(seed: seed)
    func bytes(_ count: Int) -> [UInt8] {
      (0..<count).map { _ in .random(in: 0...255, using: &random) }
    }
    return PackedPlan(steps: bytes(301), constants: bytes(640))
  }

  /// What became of a damaged file.
  private enum Outcome {
    case refused(ExportError)
    /// Everything is as it was written; `true` where the plan is taken.
    case intact(plan: Bool)
    case different
  }

  /// Opens `bytes` as the runtime does: the plan, or the program where there is none.
  private func outcome(_ bytes: [UInt8]) throws -> Outcome {
    let path = try folder.file("damaged", bytes)
    do {
      let file: SafetensorsFile
      do { file = try SafetensorsFile(contentsOf: path) } catch { throw ExportError.data(error) }
      if let found = try PackedModel.plan(file) {
        let isSame =
          found.steps == plan.steps && found.constants.copy() == plan.constants
          && found.description == .sample
        return isSame ? .intact(plan: true) : .different
      }
      let model = try PackedModel.read(path: path)
      let isSame =
        model.graph.nodes == graph.nodes && model.graph.types == graph.types
        && model.graph.names == graph.names && model.graph.outputs == graph.outputs
        && model.description == .sample
      return isSame ? .intact(plan: false) : .different
    } catch let error as ExportError {
      return .refused(error)
    }
  }

  @Test("an intact file has the plan, and its program")
  func intact() throws {
    guard case .intact(plan: true) = try outcome(bytes) else {
      Issue.record("the plan is not taken")
      return
    }
    expectSame(try PackedModel.read(path: folder.path("intact")).graph, graph)
  }

  @Test("a flipped bit is refused or changes nothing", arguments: 0..<8)
  func bitFlips(bit: Int) throws {
    for position in bytes.indices {
      var damaged = bytes
      damaged[position] ^= 1 << bit
      if case .different = try outcome(damaged) { Issue.record("byte \(position)") }
    }
  }

  @Test(
    "a block of zeros or ones is refused or changes nothing",
    arguments: [16, 64, 512],
    [0, 255]
  )
  func blocks(size: Int, value: UInt8) throws {
    for start in stride(from: 0, to: bytes.count, by: size / 2) {
      var damaged = bytes
      for position in start..<min(start + size, bytes.count) { damaged[position] = value }
      if case .different = try outcome(damaged) { Issue.record("byte \(start)") }
    }
  }

  @Test("exchanged blocks and a file of which the end is missing are refused or change nothing")
  func blocksExchanged() throws {
    for first in stride(from: 0, to: bytes.count - 128, by: 64) {
      var damaged = bytes
      let block = Array(damaged[first..<first + 64])
      damaged.replaceSubrange(first..<first + 64, with: damaged[(first + 64)..<(first + 128)])
      damaged.replaceSubrange(first + 64..<first + 128, with: block)
      if case .different = try outcome(damaged) { Issue.record("byte \(first)") }
    }
    for length in bytes.indices {
      guard case .refused = try outcome(Array(bytes.prefix(length))) else {
        Issue.record("\(length) bytes")
        continue
      }
    }
  }

  @Test("the message names the part that is damaged, and says what to do")
  func names() throws {
    let file = try SafetensorsFile(contentsOf: folder.path("intact"))
    var places: [(Int, String)] = []
    for tensor in file.tensors {
      let part =
        switch tensor.name {
        case PackedFormat.planStepsName: "the steps of its plan"
        case PackedFormat.planConstantsName: "the constants of its plan"
        default: "the tensors of its program"
        }
      let range = tensor.bytes.fileOffset..<tensor.bytes.fileOffset + tensor.bytes.count
      places += [range.lowerBound, range.upperBound - 1].map { ($0, part) }
    }
    // Letters within the texts.
    places.append((try position(of: "layer.act"), "the text of its program"))
    places.append((try position(of: "__plan.steps"), "the steps of its plan"))
    for (position, part) in places {
      var damaged = bytes
      damaged[position] ^= 1
      guard case .refused(let error) = try outcome(damaged) else {
        Issue.record("byte \(position)")
        continue
      }
      #expect("\(error)".contains(part), "\(error)")
      #expect("\(error)".contains("damaged"), "\(error)")
      #expect("\(error)".contains("write it again"), "\(error)")
    }
  }

  private func position(of text: String) throws -> Int {
    let pattern = Array(text.utf8)
    return try #require(
      bytes.indices.first { bytes[$0...].starts(with: pattern) },
      "\(text) in the file"
    )
  }

  @Test("the plan of another program is refused, with its own list of checksums or this one's")
  func anotherPlan() throws {
    var other = Graph()
    other.addOutput("y", try other.append(.input(name: "x", ValueType(.real, [3])), name: "x"))
    try PackedModel.write(
      graph: other,
      description: .sample,
      plan: Self.plan(seed: 2),
      to: folder.path("other")
    )
    let names = [PackedFormat.planStepsName, PackedFormat.planConstantsName]
    let theirs = try Forgery(folder.path("other"))
    for taken in [names, [names[0]], [names[1]]] {
      for takesList in [false, true] {
        var splice = try Forgery(folder.path("intact"))
        splice.take(taken, from: theirs)
        if takesList {
          splice.metadata[PackedFormat.digestsKey] = theirs.metadata[PackedFormat.digestsKey]
        }
        try splice.write(to: folder.path("splice"))
        guard case .refused(let error) = try outcome(try folder.bytes("splice")) else {
          Issue.record("\(taken), \(takesList)")
          continue
        }
        guard case .checksum = error else {
          Issue.record("\(error)")
          continue
        }
        #expect(throws: ExportError.self) { try PackedModel.read(path: folder.path("splice")) }
      }
    }
  }

  @Test("entries of two lists of checksums make no third")
  func mixedList() throws {
    try PackedModel.write(
      graph: graph,
      description: .sample,
      plan: Self.plan(seed: 2),
      to: folder.path("other")
    )
    let theirs = try Forgery(folder.path("other"))
    var splice = try Forgery(folder.path("intact"))
    splice.take([PackedFormat.planStepsName, PackedFormat.planConstantsName], from: theirs)
    func entries(_ forgery: Forgery) throws -> [Substring] {
      try #require(forgery.metadata[PackedFormat.digestsKey]).split(separator: ",")
    }
    let mixed = zip(try entries(splice), try entries(theirs)).map { mine, their in
      mine.contains("steps") || mine.contains("constants") ? their : mine
    }
    splice.metadata[PackedFormat.digestsKey] = mixed.joined(separator: ",")
    try splice.write(to: folder.path("splice"))
    guard case .refused(let error) = try outcome(try folder.bytes("splice")) else {
      Issue.record("taken")
      return
    }
    #expect("\(error)".contains("its list of checksums"), "\(error)")
  }

  @Test("a plan without checksums, as older files have it, is not taken; the program is")
  func olderFile() throws {
    var older = try Forgery(folder.path("intact"))
    older.metadata[PackedFormat.digestsKey] = nil
    older.metadata["intaglio.plan"] = CRC32(of: plan.steps).text
    try older.write(to: folder.path("older"))
    guard case .intact(plan: false) = try outcome(try folder.bytes("older")) else {
      Issue.record("not read as a file without a plan")
      return
    }
  }

  @Test("writing says how large the file is")
  func size() throws {
    for plan in [nil, plan] {
      let path = folder.path("size")
      let sizes = try PackedModel.write(
        graph: graph,
        description: .sample,
        plan: plan,
        to: path
      )
      #expect(sizes.fileBytes == (try folder.bytes("size").count))
    }
  }
}
