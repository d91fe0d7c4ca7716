import Foundation
import IntaglioData
import IntaglioGraph

/// A file of recorded tensors: what somebody's program made of the first images of a data set.
struct Recording: Sendable {
  /// Metadata that lists the layers in the order of computation, one a line.
  static let orderKey = "intaglio.layers"

  let path: String
  /// How many images it has.
  let images: Int
  let probes: [Probe]
  private let tensors: [RecordedTensor]

  /// - Throws: `ComparisonSideError` when no tensor belongs to a layer or their images are not equally
  ///   many; `DataError` when one holds the wrong kind of numbers.
  init(_ file: SafetensorsFile) throws {
    path = file.path
    let found = file.tensors.compactMap { RecordedTensor($0) }
    guard let first = found.first else {
      let names = file.names.first.map { "'\($0)' and the like" }
      throw ComparisonSideError.noRecord(file: file.path, found: names ?? "no tensors")
    }
    guard first.images > 0 else {
      let name = first.array.name
      throw ComparisonSideError.noRecord(file: file.path, found: "'\(name)' without images")
    }
    images = first.images
    for tensor in found where tensor.images != images {
      throw ComparisonSideError.recordedImages(
        file: file.path,
        tensor: tensor.array.name,
        expected: images,
        found: tensor.images
      )
    }
    let order = file.metadata[Self.orderKey]?.split(separator: "\n").map(String.init) ?? []
    tensors = Self.sorted(found, order)
    // One image of each shows whether the numbers are of the right kind.
    for tensor in tensors { _ = try tensor.contents(of: 0) }
    probes = tensors.enumerated().map { slot, tensor in
      Probe(
        key: tensor.key,
        slot: slot,
        kind: tensor.isCodes ? RecordedTensor.codesKind : RecordedTensor.realsKind,
        content: tensor.isCodes ? .codes(nil) : .real,
        shape: tensor.shape
      )
    }
  }

  /// Codes before reals of the same name, so that the codes of a layer win; otherwise as `order`
  /// says, or by name with the answers last.
  private static func sorted(_ tensors: [RecordedTensor], _ order: [String]) -> [RecordedTensor] {
    let places = Dictionary(zip(order, 0...), uniquingKeysWith: { first, _ in first })
    func rank(_ tensor: RecordedTensor) -> Int {
      tensor.key == .modelOutput ? .max : places[tensor.array.name] ?? order.count
    }
    return tensors.sorted { left, right in
      let (mine, theirs) = (rank(left), rank(right))
      return mine == theirs
        ? left.array.name.isNaturallyBefore(right.array.name) : mine < theirs
    }
  }

  /// The tensor of a probe, for messages.
  func tensorName(of probe: Probe) -> String { tensors[probe.slot].array.name }

  /// Shows the tensors of one image in order.
  ///
  /// - Returns: its answers, `nil` where the record has none.
  /// - Throws: `DataError` when a tensor is of the wrong kind.
  func run(_ image: Int, observing observer: Engine.Observer) throws -> [Double]? {
    var logits: [Double]?
    for (slot, tensor) in tensors.enumerated() {
      let contents = try tensor.contents(of: image)
      _ = observer(Value(index: slot), contents)
      if tensor.key == .modelOutput { logits = contents.doubles }
    }
    return logits
  }

  /// The first code of a tensor that is outside `range`.
  func stray(_ probe: Probe, outside range: ClosedRange<Int>) throws(DataError) -> Int? {
    for image in 0..<images {
      let codes = try tensors[probe.slot].contents(of: image).integers ?? []
      if let stray = codes.first(where: { !range.contains($0) }) { return stray }
    }
    return nil
  }
}

extension String {
  /// Whether this stands before `other` when the numbers in both are read as numbers.
  func isNaturallyBefore(_ other: String) -> Bool {
    compare(other, options: [.numeric]) == .orderedAscending
  }
}
