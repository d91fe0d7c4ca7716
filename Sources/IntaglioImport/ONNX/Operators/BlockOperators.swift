import IntaglioData
import IntaglioGraph
import IntaglioNumerics

/// Weights with a scale for each block of rows: MatMulNBits, and DequantizeLinear with `block_size`.
///
/// A scale that changes along the contraction cannot move past the product, so such weights enter as reals,
/// rounded to float32 as runtimes do; one block for all rows is a scale per column, and codes stay.
enum BlockOperators {
  static let table: [String: ONNXOperator] = [
    "MatMulNBits": ONNXOperator(
      // How exact a runtime has to be says nothing about what the operator means.
      ["K", "N", "accuracy_level", "bits", "block_size", "weight_prepacked"],
      matmulNBits
    )
  ]

  static let note =
    "its weights have scales in blocks along the contraction, which no product of integers can leave out: "
    + "they are read as reals (intaglio quantize MODEL --calibration DIR gives them scales per column)"

  /// a, packed codes [N, blocks, bytes], scales, zero points, group indices, bias.
  private static func matmulNBits(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    guard call.optional(4) == nil, try call.node.int("weight_prepacked") ?? 0 == 0 else {
      throw call.node.unsupported(
        "an order of its own for the rows of weights",
        advice: "quantize without g_idx and without prepacking"
      )
    }
    let steps = ONNXComposition(call)
    let weights = try PackedBlocks(call)
    let b: ONNXOperand
    if let (codes, scales, zeroPoints) = weights.columns {
      let inverse = Dequantizer(
        scale: Scale(scales, shape: [scales.count]),
        zeroPoint: ZeroPoint(zeroPoints, shape: [zeroPoints.count])
      )
      b = try conversion.dequantized(
        codes,
        inverse,
        IntegerType.u(weights.bits).range,
        [weights.depth, weights.width],
        weights.name,
        call
      )
    } else {
      conversion.note(note)
      try conversion.charge([weights.depth, weights.width], to: call.node)
      b = .constant(weights.reals)
    }
    let a = try call.operand(0)
    let product = try steps("MatMul", [a, b], name: call.node.name, in: &conversion)
    guard let bias = call.optional(5) else { return [product] }
    return [try steps("Add", [product, bias], in: &conversion)]
  }

  /// Known codes with scales in blocks of `size` along `axis`, as reals.
  static func dequantized(
    _ codes: ONNXConstant,
    scales: ONNXConstant,
    zeroPoints: ONNXConstant?,
    axis: Int,
    size: Int,
    _ node: ONNXNode
  ) throws(ONNXFault) -> ONNXConstant {
    var expected = codes.shape
    if size > 0 { expected[axis] = (codes.shape[axis] + size - 1) / size }
    guard size > 0, scales.shape == expected, let values = codes.integers, scales.type.isReal,
      zeroPoints.map({ $0.shape == expected && $0.integers != nil }) ?? true
    else {
      throw node.malformed(
        expected: "a block_size, and scales and zero points of \(expected)",
        found: "block_size \(size) and scales of \(scales.shape)"
      )
    }
    let (factors, zeros) = (scales.doubles, zeroPoints?.integers)
    let inner = codes.shape[(axis + 1)...].reduce(1, *)
    let extent = codes.shape[axis]
    var reals: [Float] = []
    reals.reserveCapacity(values.count)
    for (index, code) in values.enumerated() {
      let (row, rest) = index.quotientAndRemainder(dividingBy: extent * inner)
      let (along, column) = rest.quotientAndRemainder(dividingBy: inner)
      let block = (row * expected[axis] + along / size) * inner + column
      reals.append(Float(code - (zeros?[block] ?? 0)) * Float(factors[block]))
    }
    return ONNXConstant(.float, codes.shape, .floats(reals), name: codes.name)
  }
}

/// The weights of a MatMulNBits node: N rows of K codes, in blocks that have scales of their own.
struct PackedBlocks {
  let bits: Int
  /// K, the rows of the matrix.
  let depth: Int
  /// N, its columns.
  let width: Int
  let name: String?
  private let size: Int
  private let blocks: Int
  private let bytes: [Int]
  private let scales: [Double]
  /// Packed like the codes, or one number a block.
  private let packedZeroPoints: [Int]?
  private let realZeroPoints: [Double]?

  /// - Throws: `malformed` where attributes and tensors contradict each other.
  init(_ call: ONNXCall) throws(ONNXFault) {
    let node = call.node
    guard let depth = try node.int("K"), let width = try node.int("N"),
      let size = try node.int("block_size"), depth > 0, width > 0, size > 0,
      call.isFoldable([depth, width])
    else {
      throw node.malformed(
        expected: "K, N and block_size ≥ 1, at most \(call.limit) elements in all",
        found: "others"
      )
    }
    bits = try node.int("bits") ?? 4
    guard [2, 4, 8].contains(bits), size <= 1 << 20, size * bits % 8 == 0 else {
      throw node.unsupported(
        "blocks of \(size) codes of \(bits) bits",
        advice: "use 2, 4 or 8 bits"
      )
    }
    (self.depth, self.width, self.size) = (depth, width, size)
    blocks = (depth + size - 1) / size
    let advice = "use constant weights"
    guard let packed = try call.constant(1, "matrix of codes", advice: advice),
      let scale = try call.constant(2, "scale", advice: advice), packed.type == .uint8,
      let bytes = packed.integers, scale.type.isReal, scale.count == width * blocks,
      bytes.count == width * blocks * (size * bits / 8)
    else {
      throw node.malformed(
        expected: "uint8[\(width), \(blocks), \(size * bits / 8)] and \(width * blocks) scales",
        found: "others"
      )
    }
    (self.bytes, scales, name) = (bytes, scale.doubles, packed.name)
    let zeroPoints = try call.constant(3, "zero point", advice: advice)
    packedZeroPoints = zeroPoints?.integers
    realZeroPoints = zeroPoints?.type.isReal == true ? zeroPoints?.doubles : nil
    let rowBytes = (blocks * bits + 7) / 8
    let count = zeroPoints.map { $0.type.isReal ? width * blocks : width * rowBytes }
    guard zeroPoints?.count == count,
      zeroPoints.map({ $0.type.isReal || $0.type == .uint8 }) ?? true
    else {
      throw node.malformed(
        expected: "\(count ?? 0) zero points",
        found: "\(zeroPoints?.count ?? 0) of \(zeroPoints?.type.name ?? "")"
      )
    }
    guard scales.allSatisfy(\.isFinite) else {
      throw node.malformed(expected: "finite scales", found: "others")
    }
  }

  /// Codes [K, N] with a scale and a zero point per column, where one block holds all rows.
  var columns: (codes: [Int], scales: [Rational], zeroPoints: [Int])? {
    guard blocks == 1, realZeroPoints == nil else { return nil }
    let exact = scales.compactMap { Rational(exactly: $0) }.filter { !$0.isZero }
    guard exact.count == width else { return nil }
    var codes = [Int](repeating: 0, count: depth * width)
    for column in 0..<width {
      for row in 0..<depth { codes[row * width + column] = code(row, column) }
    }
    return (codes, exact, (0..<width).map { Int(zeroPoint(0, $0)) })
  }

  /// The matrix [K, N] in float32.
  var reals: ONNXConstant {
    var values = [Float](repeating: 0, count: depth * width)
    for column in 0..<width {
      for row in 0..<depth {
        let block = row / size
        let difference = Float(Double(code(row, column)) - zeroPoint(block, column))
        values[row * width + column] = difference * Float(scales[column * blocks + block])
      }
    }
    return ONNXConstant(.float, [depth, width], .floats(values), name: name)
  }

  private func code(_ row: Int, _ column: Int) -> Int {
    let (block, place) = row.quotientAndRemainder(dividingBy: size)
    return unpacked(bytes, start: (column * blocks + block) * (size * bits / 8), place)
  }

  private func zeroPoint(_ block: Int, _ column: Int) -> Double {
    if let realZeroPoints { return realZeroPoints[column * blocks + block] }
    guard let packedZeroPoints else { return Double(1 << (bits - 1)) }
    return Double(unpacked(packedZeroPoints, start: column * ((blocks * bits + 7) / 8), block))
  }

  /// Number `place` of those that begin at byte `start`, the first in the lowest bits.
  private func unpacked(_ bytes: [Int], start: Int, _ place: Int) -> Int {
    let bit = place * bits
    return bytes[start + bit / 8] >> (bit % 8) & (1 << bits - 1)
  }
}
