import IntaglioGraph
import IntaglioNumerics

/// Writes a Transformer of a form, as exporters do.
struct TransformerBuilder {
  let form: TransformerForm
  var graph = Graph()
  private var random: SplitMix64

  init(form: TransformerForm, random: SplitMix64) { (self.form, self.random) = (form, random) }

  mutating func build() throws {
    var x = try withClassTokens(embedded())
    for index in 0..<form.depth { x = try block(x, "blocks.\(index)") }
    if !form.isPostNorm { x = try norm(x) }
    var answers: [Value] = []
    for index in 0..<max(form.classTokens, 1) {
      answers.append(try linear(row(x, index), form.width, 4, "head.\(index)", hasBias: true))
    }
    guard answers.count > 1 else { return graph.addOutput("logits", answers[0]) }
    let sum = try graph.append(.add, answers[0], answers[1])
    graph.addOutput("logits", try graph.append(.multiply, sum, number(0.5)))
  }

  // MARK: Numbers

  /// Multiples of 1/64 up to `magnitude` around `center`.
  private mutating func numbers(_ count: Int, _ magnitude: Float, _ center: Float = 0) -> [Float] {
    (0..<count).map { _ in center + (random.unit() * magnitude * 64).rounded() / 64 }
  }

  private mutating func constant(
    _ shape: [Int],
    _ magnitude: Float,
    around center: Float = 0
  ) throws -> Value {
    let numbers = numbers(shape.reduce(1, *), magnitude, center)
    return try graph.append(.constant(Tensor(numbers, shape: shape)))
  }

  private mutating func number(_ number: Float) throws -> Value {
    try graph.append(.constant(Tensor([number], shape: [])))
  }

  // MARK: Layers

  private mutating func layout(_ x: Value, _ layouts: Layout...) throws -> Value {
    try layouts.reduce(x) { try graph.append(.layout($1), $0) }
  }

  /// A layer of which the input channel `outlier`, if any, has 16 times the weights.
  private mutating func linear(
    _ x: Value,
    _ inputs: Int,
    _ outputs: Int,
    _ name: String,
    hasBias: Bool? = nil,
    outlier: Int? = nil
  ) throws -> Value {
    var weights = numbers(inputs * outputs, 2 / Float(inputs).squareRoot())
    if let outlier {
      for index in outlier * outputs..<(outlier + 1) * outputs { weights[index] *= 16 }
    }
    let constant = try graph.append(.constant(Tensor(weights, shape: [inputs, outputs])))
    let product = try graph.append(.matmul, x, constant, name: name)
    guard hasBias ?? form.hasBias else { return product }
    return try graph.append(.add, product, self.constant([outputs], 0.3))
  }

  private mutating func norm(_ x: Value) throws -> Value {
    let gamma = try constant([form.width], 0.5, around: 1)
    if form.isRootMeanSquare { return try graph.append(.rmsNorm(epsilon: 1e-6), x, gamma) }
    return try graph.append(.layerNorm(epsilon: 1e-6), x, gamma, constant([form.width], 0.3))
  }

  private mutating func embedded() throws -> Value {
    let (width, grid, planes) = (form.width, form.grid, form.planes)
    func input(_ shape: [Int]) throws -> Value {
      try graph.append(.input(name: "x", ValueType(.real, shape)))
    }
    switch form.input {
    case .tokens: return try input([1, form.tokens, width])
    case .convolution:
      let convolution = Convolution(strides: [2, 2])
      let weights = try constant([width, planes, 2, 2], 0.5)
      let image = try graph.append(.convolution(convolution), input(form.imageShape), weights)
      let flat = try layout(image, .reshape([1, width, form.tokens]), .transpose([0, 2, 1]))
      return try graph.append(.add, flat, constant([1, form.tokens, width], 0.3))
    case .cutPatches:
      let cut = try layout(
        input(form.imageShape),
        .reshape([1, planes, grid, 2, grid, 2]),
        .transpose([0, 2, 4, 3, 5, 1]),
        .reshape([1, form.tokens, 4 * planes])
      )
      let tokens = try linear(cut, 4 * planes, width, "embed")
      return try graph.append(.add, tokens, constant([1, form.tokens, width], 0.3))
    }
  }

  private mutating func withClassTokens(_ x: Value) throws -> Value {
    guard form.classTokens > 0 else { return x }
    let tokens = try constant([1, form.classTokens, form.width], 1)
    return try graph.append(.concat(axis: 1), tokens, x)
  }

  /// What the head reads: a class token, or the mean of all where there is none.
  private mutating func row(_ x: Value, _ index: Int) throws -> Value {
    let row =
      form.classTokens > 0
      ? try layout(x, .slice(axis: 1, start: index, count: 1))
      : try graph.append(.mean(axis: 1), x)
    return try layout(row, .reshape([1, form.width]))
  }

  private mutating func block(_ x: Value, _ name: String) throws -> Value {
    func joined(_ x: Value, _ y: Value) throws -> Value {
      let scaled =
        try form.hasLayerScale
        ? graph.append(.multiply, y, constant([form.width], 0.4, around: 0.75)) : y
      return try graph.append(.add, x, scaled)
    }
    if form.isPostNorm {
      let middle = try norm(joined(x, attention(x, name)))
      return try norm(joined(middle, mlp(middle, name)))
    }
    let middle = try joined(x, attention(norm(x), name))
    return try joined(middle, mlp(norm(middle), name))
  }

  private mutating func mlp(_ x: Value, _ name: String) throws -> Value {
    let sums = try linear(x, form.width, form.hidden, "\(name).fc1")
    let active = try graph.append(.function(form.function), sums)
    let outlier = form.hidden > 16 ? Int(random.next() % UInt64(form.hidden)) : nil
    return try linear(active, form.hidden, form.width, "\(name).fc2", outlier: outlier)
  }

  private mutating func factors(_ x: Value, _ name: String) throws -> [Value] {
    let (width, length) = (form.width, form.length)
    let parts = [1, length, form.heads, form.headWidth]
    switch form.projection {
    case .separate:
      return try ["q", "k", "v"].map {
        try layout(
          linear(x, width, width, "\(name).\($0)"),
          .reshape(parts),
          .transpose([0, 2, 1, 3])
        )
      }
    case .sliced:
      let all = try linear(x, width, 3 * width, "\(name).qkv")
      return try (0..<3).map {
        try layout(
          all,
          .slice(axis: 2, start: $0 * width, count: width),
          .reshape(parts),
          .transpose([0, 2, 1, 3])
        )
      }
    case .stacked:
      let all = try layout(
        linear(x, width, 3 * width, "\(name).qkv"),
        .reshape([1, length, 3, form.heads, form.headWidth]),
        .transpose([2, 0, 3, 1, 4])
      )
      return try (0..<3).map {
        try layout(
          all,
          .slice(axis: 0, start: $0, count: 1),
          .reshape([1, form.heads, length, form.headWidth])
        )
      }
    }
  }

  private mutating func attention(_ x: Value, _ name: String) throws -> Value {
    var parts = try factors(x, name)
    switch form.scaled {
    case .queries: parts[0] = try graph.append(.multiply, parts[0], number(0.5))
    case .keys: parts[1] = try graph.append(.multiply, parts[1], number(0.5))
    case .nothing, .scores, .dividedScores: break
    }
    let keys = try layout(parts[1], .transpose([0, 1, 3, 2]))
    var scores = try graph.append(.matmul, parts[0], keys, name: "\(name).qk")
    switch form.scaled {
    case .scores: scores = try graph.append(.multiply, scores, number(0.5))
    case .dividedScores: scores = try graph.append(.divide, scores, number(2))
    case .nothing, .queries, .keys: break
    }
    if form.hasScoreBias {
      let bias = try constant([1, form.heads, form.length, form.length], 0.5)
      scores = try graph.append(.add, scores, bias)
    }
    let softmax = try graph.append(.softmax, scores)
    let mixed = try graph.append(.matmul, softmax, parts[2], name: "\(name).pv")
    let joined = try layout(
      mixed,
      .transpose([0, 2, 1, 3]),
      .reshape([1, form.length, form.width])
    )
    let projected = try form.hasInnerNorm ? norm(joined) : joined
    return try linear(projected, form.width, form.width, "\(name).proj")
  }
}
