import IntaglioGraph
import IntaglioFloat32

/// The one input of a model, and what may go into it.
struct EngineInput: Sendable {
  let name: String
  let type: ValueType

  init(name: String, type: ValueType) { (self.name, self.type) = (name, type) }

  /// - Throws: `EngineError` when the model has not exactly one input, or no output.
  init(_ graph: Graph) throws(EngineError) {
    guard graph.inputs.count == 1, let input = graph.inputs.first, !graph.outputs.isEmpty else {
      throw .ports(inputs: graph.inputs.count, outputs: graph.outputs.count)
    }
    self.init(name: graph.label(of: input), type: graph.type(of: input))
  }

  /// `x: u8[1, 3, 16, 16]`.
  var description: String { "\(name): \(type)" }

  /// Checks that all numbers of samples are finite, and codes where the input holds codes.
  ///
  /// - Throws: `EngineError`, naming the first that is not.
  func check(_ samples: [Float], sampleShape: [Int]) throws(EngineError) {
    guard let stray = stray(in: samples) else { return }
    let size = max(sampleShape.reduce(1, *), 1)
    let (sample, place) = stray.quotientAndRemainder(dividingBy: size)
    let position = place.position(in: sampleShape)
    throw samples[stray].isFinite
      ? .noCode(input: description, sample: sample, position: position, found: samples[stray])
      : .notFinite(sample: sample, position: position, found: samples[stray])
  }

  /// The first number that may not go in.
  private func stray(in numbers: [Float]) -> Int? {
    // What lies in 32 signed bits, whatever the type.
    guard let range = type.integer?.range.clamped(to: Int(Int32.min)...Int(Int32.max)) else {
      return numbers.firstIndex { !$0.isFinite }
    }
    return numbers.firstIndex { number in
      Int(exactly: number).map { !range.contains($0) } ?? true
    }
  }

  /// Checked numbers as the float32 engine takes them.
  func float32(_ numbers: [Float]) -> Float32Tensor {
    type.isInteger ? .integer(numbers.map { Int32($0) }) : .real(numbers)
  }

  /// Checked numbers as the oracle takes them.
  func oracle(_ numbers: [Float]) -> OracleTensor<Double> {
    type.isInteger ? .integer(numbers.map { Int($0) }) : .real(numbers.map(Double.init))
  }
}

extension Int {
  /// The index along every axis of element `self` of an array in row-major order.
  func position(in shape: [Int]) -> [Int] {
    var (rest, position) = (self, [Int]())
    for dimension in shape.reversed() {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: Swift.max(dimension, 1))
      position.append(remainder)
      rest = quotient
    }
    return position.reversed()
  }
}
