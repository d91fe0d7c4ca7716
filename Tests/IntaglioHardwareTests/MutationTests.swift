import BigInt
import IntaglioGraph
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
import IntaglioTestSupport
import Testing

/// A module with its trace, and the places of its text where a number decides.
private struct Subject {
  let trace: Trace
  let images: [Verilog.MemoryImage]
  /// The file that is damaged, by the beginning of its name.
  let module: String

  /// How many outputs are wrong when `original` reads `damaged`; `nil` where the text has no such place.
  func mismatches(_ original: String, _ damaged: String) throws -> Int? {
    let folder = try TemporaryFolder()
    let bench = TraceBench([trace])
    let design = try bench.design(images: images)
    try design.write(to: folder.path)
    let file = try #require(design.modules.first { $0.name.hasPrefix(module) })
    guard file.text.contains(original) else { return nil }
    try folder.file("\(file.name).v", Array(file.text.replacing(original, with: damaged).utf8))
    let output = try Simulator.icarus.run(
      design.modules.map { "\($0.name).v" },
      top: design.top.name,
      in: folder.path
    )
    let results = try #require(TraceResult.all(of: [trace], in: output))
    return results[0].mismatched
  }
}

@Suite("A number that is changed in the text is caught", .needsTools)
struct MutationTests {
  private static func array() throws -> Subject {
    let play = try SystolicArrayTests.play()
    let trace = try #require(play.traces.first { $0.module.name.contains("4x3_u8_i8") })
    return Subject(trace: trace, images: [], module: "systolic_array")
  }

  private static func stationary() throws -> Subject {
    let play = try WeightStationaryArrayTests.play()
    let trace = try #require(play.traces.first { $0.module.name.contains("4x3_u8_i8") })
    return Subject(trace: trace, images: [], module: "weight_stationary_array")
  }

  private static func softmax(_ name: String, _ module: String) throws -> Subject {
    let play = try SoftmaxUnitTests.play()
    let trace = try #require(play.traces.first { $0.module.name == name })
    return Subject(trace: trace, images: play.images, module: module)
  }

  private static func shared(_ name: String, _ module: String) throws -> Subject {
    let play = try SoftmaxUnitSharingTests.play()
    let trace = try #require(play.traces.first { $0.module.name == name })
    return Subject(trace: trace, images: play.images, module: module)
  }

  private static func norm(_ name: String) throws -> Subject {
    let play = try NormQuantizerTests.play()
    let trace = try #require(play.traces.first { $0.module.name == "\(name)_row" })
    return Subject(trace: trace, images: play.images, module: name)
  }

  private func expectCaught(_ subject: Subject, _ change: (String, String)) throws {
    let count = try subject.mismatches(change.0, change.1)
    #expect(try #require(count, "no '\(change.0)' in the text") > 0)
  }

  @Test(
    "of the array: the clear value of both parts of a sum, a sign bit, how long sums are valid, the place of the row above",
    arguments: [
      ("? 17'sd0 :", "? 17'sd1 :"), ("? 8'd0 :", "? 8'd1 :"),
      ("$signed({8'd0, row_q", "$signed({8'd1, row_q"),
      ("left_q <= 2'd3", "left_q <= 2'd2"), ("72 * r - 72 +:", "72 * r +:"),
    ]
  )
  func array(_ change: (String, String)) throws { try expectCaught(Self.array(), change) }

  @Test(
    "of the weight-stationary array: both operators, the clear value, a sign bit, places, loads",
    arguments: [
      ("}) * ($signed", "}) + ($signed"),
      ("60 +: 20]) +", "60 +: 20]) -"), ("[20 * c +: 20])) +", "[20 * c +: 20])) -"),
      ("? 20'sd0 :", "? 20'sd1 :"), ("$signed({8'd0, row_q", "$signed({8'd1, row_q"),
      ("clear_q[c +: 1]", "clear_q[0 +: 1]"), ("swap[c + r +: 1]", "swap[r +: 1]"),
      ("swap[c + r +: 1]", "swap[c +: 1]"), ("valid_q[6:4]", "valid_q[5:3]"),
      ("60 * r - 60 +:", "60 * r +:"), ("next_q[24 * r - 24 +: 24]", "weight_q[24 * r - 24 +: 24]"),
      ("{entered_q, 1'd1} & {4{load_i}}", "{4{load_i}}"),
      ("if (entered_q[2])", "if (entered_q[1])"),
    ]
  )
  func stationary(_ change: (String, String)) throws { try expectCaught(Self.stationary(), change) }

  @Test(
    "of the softmax: the factors of the sum, and of a power, which side of a tie, a slope and a shift",
    arguments: [
      ("softmax_ties", "* 20'd2", "* 20'd3"), ("softmax_ties", "* -20'sd1", "* -20'sd2"),
      ("probability_quantizer", "* 23'sd8", "* 23'sd7"),
      ("probability_quantizer", "threshold_0 < rest_1_q", "threshold_0 <= rest_1_q"),
      ("exponential_product", "* 24'd54028", "* 24'd27014"),
      ("exponential_product", "fraction_q} >>> halvings_3_q", "fraction_q} >>> halvings_2_q"),
    ]
  )
  func softmax(_ module: String, _ original: String, _ damaged: String) throws {
    try expectCaught(Self.softmax("softmax_ties", module), (original, damaged))
  }

  @Test("of the softmax: an even code that loses a tie")
  func evenTie() throws {
    try expectCaught(
      Self.softmax("softmax_even", "probability_quantizer"),
      ("threshold_1 <= rest_2_q", "threshold_1 < rest_2_q")
    )
  }

  @Test(
    "of a shared softmax: factors, the common denominator, the fields of the word, the greatest cap",
    arguments: [
      ("shared_u3", "* 49'h2", "* 49'h3"),
      ("shared_u3", "49'sh1ffffffffffff", "49'sh1fffffffffffe"),
      ("shared_u3", "parameter_i[64:38]", "parameter_i[63:37]"),
      ("shared_u3", "(parameter_i[37:0])", "({parameter_i[36:0], 1'd0})"),
      ("probability_quantizer", "* 53'sh20000000", "* 53'sh10000000"),
      (
        "exponential_base2", "(11'd1826 < difference_i) ? 11'd1826",
        "(11'd16 < difference_i) ? 11'd16"
      ),
    ]
  )
  func shared(_ module: String, _ original: String, _ damaged: String) throws {
    try expectCaught(Self.shared("shared_u3", module), (original, damaged))
  }

  @Test(
    "of the norm: N and epsilon",
    arguments: [
      ("* 10'd2", "* 10'd3"), ("+ 10'd12", "+ 10'd13"), ("* 5'sd2", "* 5'sd1"),
    ]
  )
  func norm(_ change: (String, String)) throws { try expectCaught(Self.norm("norm_signs"), change) }

  @Test("of the norm: which code wins a tie")
  func parity() throws {
    try expectCaught(
      Self.norm("norm_signs"),
      (
        "(~is_least_odd_late_q) ^ is_left_negative_late_q",
        "is_least_odd_late_q ^ is_left_negative_late_q"
      )
    )
  }

  @Test(
    "of the norm: the last digit's tie, the first step, and carries between the blocks of its sums",
    arguments: [
      ("norm_signs", "is_decided & (rest_q", "is_deciding & (rest_q"),
      ("norm_bits", "~(begins_q | ", "~(1'd0 | "),
      ("norm_u8", "next_rest_carry_0 ?", "1'd0 ?"), ("norm_u8", "next_slope_carry_0 ?", "1'd0 ?"),
      ("norm_u8", "found_difference_carry_0 ?", "1'd0 ?"),
      ("norm_u8", "next_rest_carry_0 ?", "1'd1 ?"),
    ]
  )
  func digits(_ name: String, _ original: String, _ damaged: String) throws {
    try expectCaught(Self.norm(name), (original, damaged))
  }

  @Test("of the softmax: the end of the multiplication of a sum")
  func scaling() throws {
    try expectCaught(
      Self.softmax("softmax_ties", "softmax_ties"),
      ("scaling_token_q <= {", "scaling_token_q <= 1'd0 & {")
    )
  }

  /// `image` with one bit of one word turned round.
  private static func damaged(
    _ image: Verilog.MemoryImage,
    _ word: Int,
    bit: Int
  ) -> Verilog.MemoryImage {
    var words = image.words
    words[word] ^= BigUInt(1) << bit
    return Verilog.MemoryImage(image.name, bits: image.bits, words: words)
  }

  @Test(
    "of a channel: any bit of its word but the parity, which only ties read",
    arguments: [0, 2]
  )
  func channel(_ word: Int) throws {
    let subject = try Self.norm("norm_bits")
    let image = try #require(subject.images.first { $0.name == "norm_bits_channels.hex" })
    for bit in 0..<image.bits where bit != 1 {
      let count = try mismatches(subject.trace, images: [Self.damaged(image, word, bit: bit)])
      #expect(count > 0, "bit \(bit)")
    }
  }

  @Test("of a table of powers: the lowest and the highest bit of an entry", arguments: [0, 1, 7])
  func powers(_ word: Int) throws {
    let unit = ExponentialUnit(
      .base2(fractionBits: 3, tableBits: 16),
      scale: Rational(1, over: 16),
      bits: 6
    )
    let power = Verilog.SignalType(holding: 0...unit.greatest)
    let trace = Trace(
      pipeline: try unit.module(),
      latency: unit.latency,
      operands: (0..<64).map { [BigUInt($0)] },
      results: (0..<64).map { pattern(unit($0), power) }
    )
    let image = unit.images[0]
    #expect(try mismatches(trace, images: [image]) == 0)
    for bit in [0, image.bits - 1] {
      #expect(
        try mismatches(trace, images: [Self.damaged(image, word, bit: bit)]) > 0,
        "bit \(bit)"
      )
    }
  }
}
