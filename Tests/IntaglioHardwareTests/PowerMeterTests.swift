import BigInt
import Foundation
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
import IntaglioTestSupport
import Testing

extension Trait where Self == ConditionTrait {
  /// Runs where the simulators, Yosys and the default cells are installed; `needsTools` says when a
  /// missing one is a failure.
  static var needsCells: Self {
    let isRequired = ProcessInfo.processInfo.environment["INTAGLIO_REQUIRE_SHARED"] == "1"
    let hasTools = Tool.allCases.allSatisfy { $0.path != nil }
    return .enabled(
      if: hasTools && StandardCells.osu018.isInstalled || isRequired,
      "not installed: apt-get install iverilog yosys \(StandardCells.package)"
    )
  }
}

@Suite("Power of a small element, through the whole flow")
struct PowerMeterTests {
  private static func subject() throws -> PowerSubject {
    try .outputStationary(RandomStream(seed: 4).stream(.u(2), .i(2), slices: 8, tiles: 20))
  }

  @Test("both glitch models; delays add changes and take nothing away", .needsCells)
  func models() throws {
    let folder = try TemporaryFolder()
    let rows = try PowerMeter().measure(Self.subject(), in: folder.path)
    try #require(rows.map(\.glitchModel) == [.zeroDelay, .cellDelays])
    let (zero, delays) = (rows[0], rows[1])
    #expect(zero.area == delays.area && zero.cells == delays.cells && zero.cells > 50)
    #expect(zero.parts.clock == delays.parts.clock && zero.parts.leakage == delays.parts.leakage)
    #expect(zero.parts.switching < delays.parts.switching)
    #expect(zero.parts.internal < delays.parts.internal)
    #expect(zero.settling == 0 && (0.5..<10).contains(delays.settling))
    #expect(zero.library == "osu018_stdcells" && zero.voltage == 1.8 && zero.clock == 100e6)
    for row in rows {
      let parts = row.parts
      let sum = parts.switching + parts.internal + parts.clock + parts.leakage
      #expect(abs(sum - row.microwatts) < 1e-9)
    }
    // Yosys adds up the same cells to the same area.
    let statistics = try Subprocess.statistics(of: "enabled_\(zero.module)", in: folder.path)
    #expect(statistics == zero.area)
  }

  @Test("operands that do not change cost the clock and little else", .needsCells)
  func idle() throws {
    let stream = OperandStream(
      "idle",
      row: .u(2),
      column: .i(2),
      accumulator: .i(9),
      tiles: Array(
        repeating: OperandStream.Tile(
          rows: Array(repeating: 0, count: 80),
          columns: Array(repeating: 0, count: 80)
        ),
        count: 2
      )
    )
    let folder = try TemporaryFolder()
    let meter = try PowerMeter()
    let idle = try meter.measure(.outputStationary(stream), [.zeroDelay], in: folder.path)[0]
    let busy = try meter.measure(Self.subject(), [.zeroDelay], in: folder.path)[0]
    #expect(idle.parts.switching * 10 < busy.parts.switching)
    // As many flip-flops.
    #expect(idle.parts.clock == busy.parts.clock)
  }

  @Test("a model that is not the circuit's gets no figure", .needsCells)
  func mismatch() throws {
    let subject = try Self.subject()
    var cycles = subject.trace.cycles
    let place = try #require(cycles.lastIndex { $0.outputs[5][0] != nil })
    let known = try #require(cycles[place].outputs[5][0])
    cycles[place].outputs[5][0] = known ^ 1
    let wrong = PowerSubject(
      kind: subject.kind,
      weightBits: 2,
      activationBits: 2,
      operands: subject.operands,
      trace: Trace(subject.trace.module, lanes: subject.trace.lanes, cycles: cycles),
      firstCycle: subject.firstCycle
    )
    let folder = try TemporaryFolder()
    let error = #expect(throws: PowerError.self) {
      try PowerMeter().measure(wrong, in: folder.path)
    }
    #expect(
      error?.description.contains("RTL: not what its model says; first at cycle \(place)") == true
    )
  }

  @Test("a library that is not there is named by its file, and the default one by its package")
  func missing() {
    let cells = StandardCells(name: "none", liberty: "/nowhere.lib", models: "/nowhere.v")
    let error = #expect(throws: PowerError.self) { try PowerMeter(cells: cells) }
    #expect(error?.description == "cannot read /nowhere.lib of the cells none")
    let standard = PowerError.missingLibrary(.osu018).description
    #expect(standard.hasSuffix("install them: apt-get install qflow-tech-osu018"))
  }

  @Test("the table encodes under the names that its readers expect")
  func encoding() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(PowerTable()), as: UTF8.self)
    #expect(text == #"{"edgeUnits":[],"processingElements":[]}"#)
    #expect(GlitchModel.cellDelays.rawValue == "cell delays")
  }
}

/// What Yosys itself says.
private enum Subprocess {
  /// The area of the netlist that lies in `folder`, in the library's unit.
  static func statistics(of module: String, in folder: String) throws -> Double? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Tool.yosys.path))
    process.arguments = [
      "-q", "-p",
      "read_json \(module).json; tee -o area.txt stat -liberty \(StandardCells.osu018.liberty)",
    ]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOfFile: "\(folder)/area.txt", encoding: .utf8)
    return text.split(separator: "\n").first { $0.contains("Chip area") }?
      .split(separator: " ").last.flatMap { Double($0) }
  }
}
