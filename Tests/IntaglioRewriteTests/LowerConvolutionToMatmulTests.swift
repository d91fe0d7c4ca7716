import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("LowerConvolutionToMatmul")
struct LowerConvolutionToMatmulTests {
  /// A convolution of dequantized codes; `change` alters the dequantizer's scale, zero point and offset.
  private func instance(
    _ random: inout SplitMix64,
    padding: [Int]? = nil,
    groups: Int? = nil,
    _ change: (inout (scale: Scale, zeroPoint: ZeroPoint, offset: Scale)) -> Void = { _ in }
  ) throws -> Graph {
    var graph = Graph()
    let type = random.codeType()
    let groups = groups ?? random.pick([1, 2, 3])
    let kernel = [random.extent(1...3), random.extent(1...3)]
    let dilations = [random.extent(1...2), random.extent(1...2)]
    let image = [random.extent(5...7), random.extent(5...7)]
    let each = random.extent(1...2)
    let q = try graph.codes("q", type, [random.extent(1...2), groups * each] + image)
    var numbers = (
      scale: Scale(random.scale()), zeroPoint: ZeroPoint(random.integer(in: type)),
      offset: Scale(.zero)
    )
    change(&numbers)
    let dequantizer = Dequantizer(
      scale: numbers.scale,
      zeroPoint: numbers.zeroPoint,
      offset: numbers.offset
    )
    let x = try graph.append(.dequantize(dequantizer), q)
    let w = try graph.reals("w", [groups * random.extent(1...3), each] + kernel)
    let geometry = Convolution(
      strides: [random.extent(1...3), random.extent(1...3)],
      padding: padding ?? [random.extent(0...2), random.extent(0...2), 1, 2],
      dilations: dilations,
      groups: groups
    )
    graph.addOutput("y", try graph.append(.convolution(geometry), x, w, name: "stem"))
    return graph
  }

  @Test("windows times weights is the convolution", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let graph = try instance(&random)
    try checkRule(LowerConvolutionToMatmul(), on: graph, fires: true, random: &random)
    let after = try graph.rewritten(by: [LowerConvolutionToMatmul()])
    #expect(after.count { $0.isMatrixMultiplication } == after.count { $0 == .matmul })
  }

  @Test("leaves scales and zero points that vary, offsets, and a zero that is no code")
  func guards() throws {
    for seed in 0..<8 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let rows = Scale([Rational(1), Rational(2)], shape: [2, 1, 1])
      for graph in [
        try instance(&random, groups: 2) {
          if $0.zeroPoint.uniform != nil { $0.offset = Scale(.one) }
        },
        try instance(&random, padding: [0, 0, 0, 1]) { $0.zeroPoint = ZeroPoint(1000) },
      ] {
        try checkRule(LowerConvolutionToMatmul(), on: graph, fires: false, random: &random)
      }
      var graph = Graph()
      let q = try graph.codes("q", .u8, [1, 2, 5, 5])
      let x = try graph.append(.dequantize(Dequantizer(scale: rows)), q)
      let w = try graph.reals("w", [1, 2, 3, 3])
      graph.addOutput("y", try graph.append(.convolution(Convolution(strides: [1, 1])), x, w))
      try checkRule(LowerConvolutionToMatmul(), on: graph, fires: false, random: &random)
    }
  }

  @Test("a zero point beyond the codes is no obstacle where nothing is padded")
  func unpadded() throws {
    for seed in 0..<8 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let graph = try instance(&random, padding: [0, 0, 0, 0], groups: 2) {
        $0.zeroPoint = ZeroPoint(1000)
      }
      try checkRule(LowerConvolutionToMatmul(), on: graph, fires: true, random: &random)
    }
  }
}
