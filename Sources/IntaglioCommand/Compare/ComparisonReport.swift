import Intaglio
import IntaglioReport

/// The report of `intaglio compare`, as JSON and as text.
struct ComparisonReport: Encodable {
  struct Side: Encodable {
    let kind: String
    let path: String
  }

  /// One number of each side; `null` where a side has none.
  struct Both<Value: Encodable>: Encodable {
    let a: Nullable<Value>
    let b: Nullable<Value>

    init(_ a: Value?, _ b: Value?) { (self.a, self.b) = (Nullable(a), Nullable(b)) }
  }

  struct Agreement: Encodable {
    let top1: Nullable<Double>
  }

  struct Codes: Encodable {
    let compared: Int
    let changed: Int
  }

  struct SQNR: Encodable {
    let local: Nullable<Decibels>
    let cumulative: Nullable<Decibels>
  }

  struct Layer: Encodable {
    let name: String
    let kind: String
    let elements: Int
    let changed: Nullable<Int>
    let changedLocally: Nullable<Int>
    let saturated: Both<Int>
    let notFinite: Both<Int>
    let sqnr: SQNR
    let maxError: Double
    /// Whether reals are in steps of a quantizer whose scale neither side knows.
    let isInSteps: Bool
  }

  struct Stop: Encodable {
    let side: String
    let image: String
    let reason: String
  }

  let a: Side
  let b: Side
  let images: Int
  let top1: Both<Double>
  let agreement: Agreement
  let codes: Codes
  let threshold: Double
  let firstDivergingLayer: Nullable<String>
  /// The first layer that differs although fed with the values of side a.
  let firstFaultyLayer: Nullable<String>
  let layers: [Layer]
  /// Which kinds of layers change codes of their own.
  let kinds: [Kind]
  let findings: [String]
  let stops: [Stop]
  /// What a reader should know of models and images.
  let notes: [String]
  let result: LayerwiseResult

  private enum CodingKeys: String, CodingKey {
    case a, b, images, top1, agreement, codes, threshold, firstDivergingLayer, firstFaultyLayer
    case layers, kinds, findings, stops, notes
  }

  init(
    _ result: LayerwiseResult,
    a: Contender,
    b: Contender,
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
struct Nullable<Value: Encodable>: Encodable {
  let value: Value?

  init(_ value: Value?) { self.value = value }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}

/// A ratio in JSON: decibels, `"exact"` or `"no signal"`.
struct Decibels: Encodable {
  let ratio: Ratio

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch ratio {
    case .decibels(let decibels): try container.encode(decibels)
    case .exact, .noSignal: try container.encode(text)
    }
  }

  var text: String {
    switch ratio {
    case .exact: "exact"
    case .decibels(let decibels): Format.fixed(decibels, digits: 1)
    case .noSignal: "no signal"
    }
  }
}
