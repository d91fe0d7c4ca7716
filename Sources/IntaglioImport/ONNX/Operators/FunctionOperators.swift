import IntaglioGraph
import IntaglioNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Elementwise functions of one operand, and the operators that change nothing in inference.
enum FunctionOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "Abs": function(.absolute, constant: { abs($0) }, integer: { $0.magnitudeOrSelf }),
    "Cast": cast,
    "CastLike": castLike,
    "Ceil": known { $0.rounded(.up) },
    "Clip": clip,
    "Dropout": dropout,
    "Erf": function(.erf, constant: { erf($0) }),
    "Exp": exponential,
    "Floor": known { $0.rounded(.down) },
    "Gelu": gelu,
    "HardSigmoid": hardSigmoid,
    "HardSwish": function(.hardSwish),
    "Identity": identity,
    "Log": function(.log, constant: { log($0) }),
    "Neg": function(.negate, constant: { -$0 }, integer: { 0 &- $0 }),
    "Reciprocal": function(.reciprocal, constant: { 1 / $0 }),
    "Relu": function(.relu, constant: { max($0, 0) }, integer: { max($0, 0) }),
    "Round": RoundOperator.round,
    "Sigmoid": function(.sigmoid),
    "Sqrt": function(.squareRoot, constant: { $0.squareRoot() }),
    "Swish": swish,
    "Tanh": function(.tanh, constant: { tanh($0) }),
  ]

  /// `function` in the graph; a constant of reals or integers is computed at once where a closure
  /// says how.
  private static func function(
    _ function: Function,
    constant: (@Sendable (Double) -> Double)? = nil,
    integer: (@Sendable (Int) -> Int)? = nil
  ) -> ONNXOperators.Conversion {
    { (call, conversion) throws(ONNXFault) in
      let operand = try call.operand(0)
      if case .constant(let known) = operand,
        let result = try computed(known, constant, integer, call)
      {
        return [.constant(result)]
      }
      let value = try conversion.real(operand, in: call)
      let name = call.node.name
      return [.computed(try conversion.append(.function(function), [value], name: name))]
    }
  }

  /// exp(x − max x) is one operation.
  private static func exponential(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    guard case .relative(let step) = try call.operand(0), step.kind == .difference else {
      return try function(.exp, constant: { exp($0) })(call, &conversion)
    }
    let name = call.node.name
    return [.computed(try conversion.append(.rowExponential, [step.value], name: name))]
  }

  private static func computed(
    _ operand: ONNXConstant,
    _ real: ((Double) -> Double)?,
    _ integer: ((Int) -> Int)?,
    _ call: ONNXCall
  ) throws(ONNXFault) -> ONNXConstant? {
    switch operand.elements {
    case .floats, .doubles:
      guard let real else { return nil }
      let values = operand.doubles.map(real)
      return try ConstantCast(call.node).constant(values, operand.type, operand.shape)
    case .integers(let values):
      guard let integer else { return nil }
      let results = values.map { operand.type.wrapped(integer($0)) }
      return ONNXConstant(operand.type, operand.shape, .integers(results))
    }
  }

  /// A function that only constants have, as in shape arithmetic.
  private static func known(
    _ function: @escaping @Sendable (Double) -> Double
  ) -> ONNXOperators.Conversion {
    { (call, _) throws(ONNXFault) in
      _ = try call.operand(0)
      guard
        let operand = try call.constant(
          0,
          "number to round",
          advice:
            "rounding of images and activations is QuantizeLinear's: export fake quantization "
            + "as QuantizeLinear and DequantizeLinear"
        )
      else { return [] }
      let result = try computed(operand, function, { $0 }, call)
      return result.map { [.constant($0)] } ?? []
    }
  }

  private static func identity(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    [try call.operand(0)]
  }

  /// Nothing is dropped in inference; the mask is all true.
  private static func dropout(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    if let training = try call.scalar(2, "training mode"), training != 0 {
      throw call.node.unsupported("training mode", advice: "export the model for inference")
    }
    guard call.node.outputs.count > 1 else { return [operand] }
    let all = ONNXConstant(.bool, [1], .integers([1]))
    let shape = conversion.shape(of: operand)
    let ones = all.reshaped(shape.map { _ in 1 })
    return [operand, try conversion.layout(.broadcast(shape), of: .constant(ones), name: nil)]
  }

  /// Every real type is the same to the graph; codes become reals of the same value.
  private static func cast(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    guard let number = try call.node.int("to") else {
      throw call.node.malformed(expected: "the attribute to", found: "none")
    }
    guard let type = Int32(exactly: number).flatMap({ ONNXElementType(rawValue: $0) }) else {
      throw call.node.unsupported("element type number \(number)", advice: "use float")
    }
    return [try converted(try call.operand(0), to: type, call, &conversion)]
  }

  private static func castLike(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let type: ONNXElementType
    switch try call.operand(1) {
    case .constant(let model):
      type = model.type
    case .relative, .dynamic:
      type = .float
    case .computed(let model):
      let codes = conversion.graph.type(of: model).integer
      type = codes.flatMap { ONNXElementType(codes: $0) } ?? .float
    }
    return [try converted(try call.operand(0), to: type, call, &conversion)]
  }

  private static func converted(
    _ operand: ONNXOperand,
    to type: ONNXElementType,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    switch operand {
    case .constant(let constant):
      if let weights = try conversion.castWeights(constant, to: type, call) { return weights }
      return .constant(try ConstantCast(call.node).cast(constant, to: type))
    case .computed(let value):
      let codes = conversion.graph.type(of: value).integer
      if codes == nil && type.isReal || codes.map(type.holds) == true { return operand }
      guard type.isReal else {
        if let whole = try conversion.castCodes(value, to: type, call) { return whole }
        throw call.node.unsupported(
          "a cast to \(type.name) of values that depend on the model's input",
          advice: "use QuantizeLinear"
        )
      }
      let dequantizer = Dequantizer(scale: Scale(.one))
      let name = call.node.name
      return .computed(try conversion.append(.dequantize(dequantizer), [value], name: name))
    case .relative:
      return operand
    case .dynamic(let step):
      guard case .product = step.kind, type.isReal else {
        throw DynamicStep.fault(at: call.node.place)
      }
      return operand
    }
  }
}

extension Int {
  /// The magnitude; the smallest number, which has none, stays.
  fileprivate var magnitudeOrSelf: Int { self < 0 ? 0 &- self : self }
}
