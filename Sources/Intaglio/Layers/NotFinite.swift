/// The first element of a layer that is no finite number.
public struct NotFinite: Hashable, Sendable {
  /// How many elements of the layer are none, over all images.
  public internal(set) var count: Int
  /// The image, as the data set calls it.
  public let image: String
  /// The position among the elements of the image, row-major.
  public let element: Int
  /// `nan`, `inf` or `-inf`.
  public let value: String

  /// `nil` where all elements are finite.
  init?(_ elements: [Double], image: String) {
    guard let first = elements.firstIndex(where: { !$0.isFinite }) else { return nil }
    count = elements.count { !$0.isFinite }
    self.image = image
    element = first
    value = elements[first].isNaN ? "nan" : elements[first] > 0 ? "inf" : "-inf"
  }

  static func joined(_ first: NotFinite?, _ second: NotFinite?) -> NotFinite? {
    guard var result = first else { return second }
    result.count += second?.count ?? 0
    return result
  }
}
