import IntaglioQuantize
import IntaglioReport

/// Choices of widths, what they cost and what they do to answers.
public struct WidthFrontReport: Encodable {
  public struct Point: Encodable {
    public let meanWeightBits: Double?
    public let meanActivationBits: Double?
    public let weightBytes: Int
    public let bitOperations: Int
    /// The divergences of single layers added up, in nats.
    public let layersDivergence: Double
    /// Of the whole network on images held out from its calibration; `nil` where it was not tried.
    public let divergence: Double?
    /// Percentage points, by the float model's own probabilities.
    public let expectedDrop: Double?
    public let answers: Int?
    public let isChosen: Bool
  }

  public let points: [Point]

  init(_ front: WidthFront) {
    points = front.points.enumerated().map { index, point in
      Point(
        meanWeightBits: point.layers.meanWeightBits,
        meanActivationBits: point.layers.meanActivationBits,
        weightBytes: point.layers.weightBytes,
        bitOperations: point.layers.bitOperations,
        layersDivergence: point.sum,
        divergence: point.trial?.divergence,
        expectedDrop: point.trial?.expectedDrop,
        answers: point.trial?.answers,
        isChosen: index == front.chosen
      )
    }
  }

  /// One row per choice.
  var table: Table {
    var table = Table([
      .init(""), .init("weights", .right), .init("activations", .right), .init("size", .right),
      .init("bit operations", .right), .init("layers' sum, nats", .right),
      .init("KL, nats", .right),
      .init("expected drop, points", .right),
    ])
    for point in points {
      func fixed(_ number: Double?, _ digits: Int) -> String {
        number.map { Format.fixed($0, digits: digits) } ?? "–"
      }
      table.append([
        point.isChosen ? "→" : "", fixed(point.meanWeightBits, 2),
        fixed(point.meanActivationBits, 2), Format.bytes(point.weightBytes),
        "\(Format.fixed(Double(point.bitOperations) / 1e9, digits: 2)) G",
        fixed(point.layersDivergence, 4), fixed(point.divergence, 4), fixed(point.expectedDrop, 2),
      ])
    }
    return table
  }

  /// What the columns mean.
  var note: String {
    let answers = points.compactMap(\.answers).first
    let trial =
      answers.map {
        " KL and expected drop: of quick trials, calibrated on one half of the images and judged on the other "
          + "(\($0) answers); the drop is what the float model's own probabilities say of other first answers."
      } ?? ""
    return
      "Bits in the mean, the first and the last layer left out; bit operations: MACs · bits · bits."
      + trial
  }

  /// The divergence over bit operations.
  var chart: LineChart {
    LineChart(
      title: "Divergence from the float model, nats",
      unit: "nats",
      places: points.map {
        "\(Format.fixed(Double($0.bitOperations) / 1e9, digits: 2)) G bit operations"
      },
      curves: [
        .init("measured", points.map(\.divergence)),
        .init("sum of layers", points.map(\.layersDivergence)),
      ],
      mark: points.firstIndex(where: \.isChosen)
    )
  }
}
