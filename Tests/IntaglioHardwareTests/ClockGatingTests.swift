import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Clocks of registers with an enable are gated, and the circuit does the same")
struct ClockGatingTests {
  private static func rows(_ subject: PowerSubject) throws -> [ClockGating: PowerTable.Row] {
    let folder = try TemporaryFolder()
    let rows = try PowerMeter().measure(
      subject,
      [.zeroDelay],
      ClockGating.allCases,
      in: folder.path
    )
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.clockGating, $0) })
  }

  @Test(
    "the drain register and the upper part of a sum are still most of the time",
    .needsCells,
    arguments: [GlitchModel.zeroDelay, .cellDelays]
  )
  func element(_ model: GlitchModel) throws {
    let subject = try PowerSubject.outputStationary(
      RandomStream(seed: 5).stream(.u(2), .i(3), slices: 24, tiles: 12)
    )
    let folder = try TemporaryFolder()
    // Every netlist is compared with the element's model first.
    let rows = try PowerMeter().measure(subject, [model], ClockGating.allCases, in: folder.path)
    try #require(rows.map(\.clockGating) == [.ungated, .perEnable])
    let (plain, gated) = (rows[0], rows[1])
    #expect(gated.parts.clock < 0.75 * plain.parts.clock)
    #expect(gated.microwatts < plain.microwatts)
    // Both edges of a gated clock are the clock's own: nothing settles half a cycle late.
    #expect(gated.settling < 5)
  }

  @Test("a register of two bits gets no gate, one of three does", .needsCells)
  func width() throws {
    func weightStationary(_ weight: IntegerType) throws -> [ClockGating: PowerTable.Row] {
      try Self.rows(
        .weightStationary(RandomStream(seed: 6).stream(.u(2), weight, slices: 8, tiles: 6))
      )
    }
    let narrow = try weightStationary(.i(2))
    #expect(narrow[.ungated]?.area == narrow[.perEnable]?.area)
    #expect(narrow[.ungated]?.parts.clock == narrow[.perEnable]?.parts.clock)
    let wide = try weightStationary(.i(3))
    let (plain, gated) = (try #require(wide[.ungated]), try #require(wide[.perEnable]))
    #expect(gated.parts.clock < plain.parts.clock)
  }
}
