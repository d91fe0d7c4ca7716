public import Intaglio

/// A layer as an integer program, ready to be timed.
public struct LayerTiming: Sendable {
  public let layer: Layer
  private let executor: Executor
  private let codes: [Float]

  /// - Parameters:
  ///   - layer: what is timed.
  ///   - threads: how many threads share it.
  ///   - kernels: what it runs on.
  /// - Throws: what making an integer-only program and its plan throws.
  public init(_ layer: Layer, threads: Int, kernels: KernelTable) throws {
    self.layer = layer
    let model = Model(
      graph: layer.graph,
      description: ModelDescription(name: layer.name, source: "benchmark"),
      format: .packed,
      path: layer.name
    )
    let program = try IntegerOnlyProgram(try model.integerized(), calibration: [])
    executor = Executor(try Plan(program.proof.program, kernels: kernels), threads: threads)
    let type = layer.graph.type(of: layer.graph.inputs[0])
    var random = SplitMix64(seed: 2)
    codes = random.codes(type.count, type.integer ?? .i8).map(Float.init)
  }

  /// The codes that come out.
  ///
  /// - Throws: `ExecutionError` never, unless the layer's graph is wrong.
  public func run() throws(ExecutionError) -> [Float] { try executor.run(codes, count: 1) }

  /// The steps of one pass, each timed alone; one pass before it warms up.
  public func steps() throws(ExecutionError) -> [StepTime] {
    try executor.profile(codes, count: 1)
  }

  /// Runs for a while, three times at least.
  ///
  /// - Returns: the seconds that the layer's steps took together in each pass; taking the input in
  ///   and the result out is not counted.
  /// - Throws: `ExecutionError` never, unless the layer's graph is wrong.
  public func measure(for seconds: Double) throws(ExecutionError) -> Timings {
    let end = ContinuousClock.now + .seconds(seconds)
    var times: [Double] = []
    while ContinuousClock.now < end || times.count < 3 {
      times.append(try steps().reduce(0) { $0 + $1.seconds })
    }
    return Timings(times)
  }
}
