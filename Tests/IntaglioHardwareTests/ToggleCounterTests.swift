import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioTestSupport
import Testing

@Suite("Changes of a recorded simulation are counted one by one")
struct ToggleCounterTests {
  static let header = """
    $date today $end
    $timescale 10 ps $end
    $scope module bench $end
    $var wire 1 ! clk $end
    $scope module device $end
    $var wire 1 " n1 $end
    $var wire 1 " alias $end
    $var wire 3 # code [2:0] $end
    $var real 64 % level $end
    $upscope $end
    $upscope $end
    $enddefinitions $end

    """

  private func count(_ body: String, from start: Double = 0) throws -> ToggleCounter {
    let folder = try TemporaryFolder()
    let path = try folder.file("a.vcd", Array((Self.header + body).utf8))
    return try ToggleCounter(path: path, from: start, clocks: ["bench.clk"])
  }

  @Test("known changes count, unknown ones do not; a word's bits are counted apart")
  func toggles() throws {
    let counter = try count(
      """
      #0
      $dumpvars
      0!
      x"
      bxxx #
      r0.5 %
      $end
      #100
      1!
      1"
      b101 #
      #130
      0"
      b10 #
      #170
      1"
      z"
      b0 #
      #200
      0!
      """
    )
    #expect(counter.toggles["bench.device.n1"] == .init(rises: 1, falls: 1))
    #expect(counter.toggles["bench.device.alias"] == .init(rises: 1, falls: 1))
    #expect(counter.toggles["bench.device.code[0]"] == .init(rises: 0, falls: 1))
    #expect(counter.toggles["bench.device.code[1]"] == .init(rises: 1, falls: 1))
    #expect(counter.toggles["bench.device.code[2]"] == .init(rises: 0, falls: 1))
    #expect(counter.toggles["bench.clk"] == .init(rises: 1, falls: 1))
    #expect(counter.duration == 200 * 10e-12 && counter.settling == 70 * 10e-12)
  }

  @Test("what comes before the start only sets values; what comes with an edge is the next cycle's")
  func window() throws {
    let counter = try count(
      "#0\n0!\n0\"\n#10\n1\"\n#50\n1!\n#60\n0\"\n#70\n0!\n#90\n1\"\n1!\n",
      from: 5e-10
    )
    #expect(counter.toggles["bench.device.n1"] == .init(rises: 1, falls: 1))
    #expect(counter.settling == 10 * 10e-12)
  }

  @Test("words that lie across the pieces in which a file is read are whole")
  func pieces() throws {
    var body = "#0\n0\"\n"
    for step in 1...200_000 { body += "#\(step)\n\(step % 2)\"\n" }
    let counter = try count(body)
    #expect(body.utf8.count > 1 << 20)
    #expect(counter.toggles["bench.device.n1"] == .init(rises: 100_000, falls: 100_000))
  }

  @Test(
    "what cannot be is named with its line",
    arguments: [
      ("#0\n0?\n", 14, "0?"), ("#0\nb01\n", 14, "b01"), ("#later\n", 13, "#later"),
      ("#0\n1#\n", 14, "1#"),
    ]
  )
  func faults(_ body: String, _ line: Int, _ text: String) {
    let error = #expect(throws: VCDError.self) { try count(body) }
    #expect(error?.fault == .unexpected(text, line: line))
  }

  @Test("a header that ends, has no time, or lacks the clock")
  func headers() throws {
    let folder = try TemporaryFolder()
    func fault(_ text: String) throws -> VCDError.Fault? {
      let path = try folder.file("a.vcd", Array(text.utf8))
      return #expect(throws: VCDError.self) {
        try ToggleCounter(path: path, clocks: ["bench.clock"])
      }?.fault
    }
    #expect(try fault(Self.header) == .noSignal("bench.clock"))
    #expect(try fault("$enddefinitions $end\n") == .noTimescale)
    #expect(try fault("$timescale 1 ns $end\n") == .truncated)
    let missing = #expect(throws: VCDError.self) {
      try ToggleCounter(path: "/nowhere.vcd", clocks: [])
    }
    #expect(missing?.fault == .unreadable)
  }
}
