import IntaglioGraph
import IntaglioFloat32
import IntaglioRuntime

extension Engine {
  /// Sees a value as soon as it is there; what it returns takes the value's place, `nil` leaves it.
  typealias Observer = Oracle<Double>.Observer

  /// How a sample goes in.
  var modelInput: ModelInput { ModelInput(input, output) }

  /// What `count` elements of the copies of one sample are without the copies; what only some of them
  /// show counts.
  func once(_ count: Int) -> Int { (count + output.batch - 1) / output.batch }

  /// Runs one sample and shows values on the way; a program that takes a group of them gets as many copies.
  ///
  /// - Returns: the logits of the sample.
  /// - Throws: `EvaluationError` or `ExecutionError`, naming the node.
  func run(_ sample: [Float], observing observer: Observer) throws -> [Double] {
    let copies = output.batch
    let samples = copies == 1 ? sample : (0..<copies).flatMap { _ in sample }
    let logits = try withoutActuallyEscaping(observer) { try outputs(samples, $0) }
    return Array(logits.prefix(output.classes))
  }

  private func outputs(_ samples: [Float], _ observer: @escaping Observer) throws -> [Double] {
    switch program {
    case .integer(let executor):
      return try executor.run(samples, output: output.index) { value, contents in
        observer(value, OracleTensor(contents)).map { ValueContents($0) }
      }.map(Double.init)
    case .float32(let program):
      let result = try program.run([input.name: input.float32(samples)]) { value, tensor in
        guard observed.contains(value) else { return nil }
        return observer(value, OracleTensor(tensor)).map { Float32Tensor($0) }
      }
      return result[output.name]?.floats.map(Double.init) ?? []
    case .oracle(let oracle):
      let result = try oracle.run([input.name: input.oracle(samples)]) { value, tensor in
        observed.contains(value) ? observer(value, tensor) : nil
      }
      return result[output.name]?.doubles ?? []
    }
  }
}

extension OracleTensor<Double> {
  /// Every element as a real number.
  var doubles: [Double] { reals ?? integers?.map(Double.init) ?? [] }

  fileprivate init(_ contents: ValueContents) {
    switch contents {
    case .real(let values): self = .real(values.map(Double.init))
    case .integer(let values): self = .integer(values)
    }
  }

  fileprivate init(_ tensor: Float32Tensor) {
    switch tensor {
    case .real(let values): self = .real(values.map(Double.init))
    case .integer(let values): self = .integer(values.map(Int.init))
    }
  }
}

extension ValueContents {
  fileprivate init(_ tensor: OracleTensor<Double>) {
    switch tensor {
    case .real(let values): self = .real(values.map { Float($0) })
    case .integer(let values): self = .integer(values)
    }
  }
}

extension Float32Tensor {
  fileprivate init(_ tensor: OracleTensor<Double>) {
    switch tensor {
    case .real(let values): self = .real(values.map { Float($0) })
    case .integer(let values): self = .integer(values.map { Int32(clamping: $0) })
    }
  }
}
