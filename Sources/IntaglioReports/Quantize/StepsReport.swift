import IntaglioNumerics
import IntaglioQuantize
import IntaglioReport

/// What a step of finding weights gave, over all layers.
public struct StepReport: Encodable {
  /// As `--without` takes it.
  public let step: String
  /// Layers where it was tried, and where it stayed because it did no harm on images held out.
  public let layers: Int
  public let kept: Int
  /// The error of a layer's sums with the step as a part of that without it: the geometric mean over layers, 1
  /// where it was left out.
  public let error: Double

  /// One for each step that was tried, in the order of steps.
  static func steps(_ gains: [StepGain]) -> [StepReport] {
    var order: [QuantizeOptions.Method] = []
    for gain in gains where !order.contains(gain.step) { order.append(gain.step) }
    return order.map { step in
      let own = gains.filter { $0.step == step }
      let logarithms = own.map { $0.isKept ? SystemMath.log(max($0.ratio, 1e-300)) : 0 }
      return StepReport(
        step: step.rawValue,
        layers: own.count,
        kept: own.filter(\.isKept).count,
        error: SystemMath.exp(logarithms.reduce(0, +) / Double(max(own.count, 1)))
      )
    }
  }
}

extension [StepReport] {
  /// One row per step.
  var table: Table {
    var table = Table([
      .init("step"), .init("kept in layers", .right), .init("error of sums", .right),
    ])
    for step in self {
      table.append([
        step.step, "\(step.kept) of \(step.layers)", "×\(Format.fixed(step.error, digits: 3))",
      ])
    }
    return table
  }
}
