public import Intaglio
import IntaglioReport

/// The report of `intaglio compare`, as JSON and as text.
public struct ComparisonReport: PageReport {
  public struct Side: Encodable {
    public let kind: String
    public let path: String
  }

  /// One number of each side; `null` where a side has none.
  public struct Both<Value: Encodable>: Encodable {
    public let a: Nullable<Value>
    public let b: Nullable<Value>

    public init(_ a: Value?, _ b: Value?) { (self.a, self.b) = (Nullable(a), Nullable(b)) }
  }

  public struct Agreement: Encodable {
    public let top1: Nullable<Double>
  }

  public struct Codes: Encodable {
    public let compared: Int
    public let changed: Int
  }

  public struct SQNR: Encodable {
    public let local: Nullable<Decibels>
    public let cumulative: Nullable<Decibels>
  }

  public struct Layer: Encodable {
    public let name: String
    public let kind: String
    public let elements: Int
    public let changed: Nullable<Int>
    public let changedLocally: Nullable<Int>
    public let saturated: Both<Int>
    public let notFinite: Both<Int>
    public let sqnr: SQNR
    public let maxError: Double
    /// Whether reals are in steps of a quantizer whose scale neither side knows.
    public let isInSteps: Bool
  }

  public struct Stop: Encodable {
    public let side: String
    public let image: String
    public let reason: String
  }

  public let a: Side
  public let b: Side
  public let images: Int
  public let top1: Both<Double>
  public let agreement: Agreement
  public let codes: Codes
  public let threshold: Double
  public let firstDivergingLayer: Nullable<String>
  /// The first layer that differs although fed with the values of side a.
  public let firstFaultyLayer: Nullable<String>
  public let layers: [Layer]
  /// Which kinds of layers change codes of their own.
  public let kinds: [Kind]
  public let findings: [String]
  public let stops: [Stop]
  /// What a reader should know of models and images.
  public let notes: [String]
  public let result: LayerwiseResult

  private enum CodingKeys: String, CodingKey {
    case a, b, images, top1, agreement, codes, threshold, firstDivergingLayer, firstFaultyLayer
    case layers, kinds, findings, stops, notes
  }

  public init(
    _ result: LayerwiseResult,
    a: ComparisonSide,
    b: ComparisonSide,
    threshold: Double?,
    notes: [String] = []
  ) {
    self.result = result
    self.notes = notes
    self.a = Side(kind: a.kind, path: a.path)
    self.b = Side(kind: b.kind, path: b.path)
    self.threshold = threshold ?? result.usualThreshold
    images = result.images
    top1 = Both(result.top1A?.value, result.top1B?.value)
    agreement = Agreement(top1: Nullable(result.agreement?.value))
    codes = Codes(compared: result.codesCompared, changed: result.codesChanged)
    firstDivergingLayer = Nullable(result.firstDivergingLayer(threshold: threshold)?.name)
    firstFaultyLayer = Nullable(result.firstFaultyLayer(threshold: threshold)?.name)
    layers = result.layers.map(Layer.init)
    kinds = Self.kinds(of: layers)
    findings = result.findings.map(\.description)
    stops = result.stops.map {
      Stop(side: $0.side.rawValue, image: $0.image, reason: $0.reason)
    }
  }
}

extension ComparisonReport.Layer {
  fileprivate init(_ layer: ComparedLayer) {
    name = layer.name
    kind = layer.kind
    elements = layer.elements
    changed = Nullable(layer.changed)
    changedLocally = Nullable(layer.changedLocally)
    saturated = .init(layer.a.saturated, layer.b.saturated)
    notFinite = .init(layer.a.notFinite?.count ?? 0, layer.b.notFinite?.count ?? 0)
    sqnr = .init(
      local: Nullable(layer.local.map(Decibels.init)),
      cumulative: Nullable(layer.cumulative.map(Decibels.init))
    )
    maxError = layer.maxError
    isInSteps = layer.isInSteps
  }
}

/// A value that stands in JSON as `null` where there is none, instead of being left out.
public struct Nullable<Value: Encodable>: Encodable {
  public let value: Value?

  public init(_ value: Value?) { self.value = value }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}

/// A ratio in JSON: decibels, `"exact"` or `"no signal"`.
public struct Decibels: Encodable {
  public let ratio: Ratio

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch ratio {
    case .decibels(let decibels): try container.encode(decibels)
    case .exact, .noSignal: try container.encode(text)
    }
  }

  public var text: String {
    switch ratio {
    case .exact: "exact"
    case .decibels(let decibels): Format.fixed(decibels, digits: 1)
    case .noSignal: "no signal"
    }
  }
}
