import Intaglio
import IntaglioData
import IntaglioGraph
import IntaglioRewrite
import IntaglioRuntime

/// The recorded codes of a fixture's first images, and those of its integer program running freely.
struct CodeTrace {
  static let imageCount = 4

  /// One quantizer: what was recorded of it, and where the program makes it.
  struct Layer {
    let name: String
    let program: Value
    let quantizer: Quantizer
    let shape: [Int]
    /// `[4, …]`, the quantizer's input and its codes.
    let inputs: [Double]
    let codes: [Int]
  }

  /// What one image shows.
  struct Reading {
    var codes = 0
    var differing = 0
    /// The first layer with a differing code.
    var firstLayer: String?
    /// Differing codes of that layer that are no tie within 1e-4 steps, or more than a step away.
    var beyondTies = 0
  }

  let layers: [Layer]
  private let executor: Executor

  init(_ fixture: QViTFixture) throws {
    let trace = try SafetensorsFile(contentsOf: "\(fixture.folder)/trace_first4.safetensors")
    let graph = fixture.model.graph
    let (meanings, programs) = (graph.quantized, fixture.result.model.graph.quantized)
    layers = try meanings.compactMap { name, value in
      guard let program = programs[name], trace.contains("\(name).codes"),
        case .quantize(let quantizer) = graph[value].operation
      else { return nil }
      return Layer(
        name: name,
        program: program,
        quantizer: quantizer,
        shape: graph.type(of: value).shape,
        inputs: try trace.doubles(named: "\(name).input"),
        codes: try trace.integers(named: "\(name).codes")
      )
    }
    let plan = try Plan(
      try IntegerGraph(verifying: fixture.result.model.graph),
      options: PlanOptions(observable: Set(layers.map(\.program)))
    )
    executor = Executor(plan)
  }

  /// Image `index` through the program.
  func compare(_ sample: [Float], _ index: Int) throws -> Reading {
    let known = Dictionary(uniqueKeysWithValues: layers.map { ($0.program, $0) })
    var reading = Reading()
    _ = try executor.run(sample) { value, contents in
      guard let layer = known[value], case .integer(let found) = contents else { return nil }
      let wanted = layer.codes(of: index)
      reading.codes += found.count
      guard found != Array(wanted) else { return nil }
      reading.differing += zip(found, wanted).count { $0 != $1 }
      if reading.firstLayer == nil {
        reading.firstLayer = layer.name
        reading.beyondTies = layer.beyondTies(found, index)
      }
      return nil
    }
    return reading
  }
}

extension CodeTrace.Layer {
  private func range(_ image: Int) -> Range<Int> {
    let size = codes.count / CodeTrace.imageCount
    return image * size..<(image + 1) * size
  }

  fileprivate func codes(of image: Int) -> ArraySlice<Int> { codes[range(image)] }

  /// Codes that differ from the recorded ones although the recorded input is no tie.
  fileprivate func beyondTies(_ found: [Int], _ image: Int) -> Int {
    let range = range(image)
    guard found.count == range.count else { return range.count }
    let scales = quantizer.scale.expanded(over: shape).map(\.doubleValue)
    let zeroPoints = quantizer.zeroPoint.expanded(over: shape)
    return found.indices.count { index in
      let wanted = codes[range.lowerBound + index]
      guard found[index] != wanted else { return false }
      let shift = quantizer.placement == .beforeRounding ? Double(zeroPoints[index]) : 0
      let exact = inputs[range.lowerBound + index] / scales[index] + shift
      let distance = abs(exact - exact.rounded(.down) - 0.5)
      return abs(found[index] - wanted) > 1 || distance >= 1e-4
    }
  }
}
