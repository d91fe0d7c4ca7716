/// Labelled images in a folder, decoded one by one when they are asked for.
///
/// `open` recognises four forms; see there. The set is a value: asking for an image changes nothing,
/// so several tasks may ask at once.
public struct DataSet: Sendable {
  /// Which part of a set that comes in two.
  public enum Split: String, Sendable, CaseIterable {
    case test
    case train
  }

  /// One image of a set.
  struct Item: Sendable {
    let image: ImageSource
    let label: Int
    /// The index in the whole set.
    let position: Int
  }

  /// Where an image comes from.
  enum ImageSource: Sendable {
    /// A file, by its name relative to the folder.
    case file(String)
    /// An image within the IDX file of the set.
    case idx(Int)
  }

  /// The folder as the caller gave it.
  public let directory: String
  /// The class of each label; `nil` where the set does not name its classes.
  public let classNames: [String]?
  private let images: IDXFile?
  private let items: [Item]

  /// - Precondition: an item has the source `idx(i)` only where `images` has an image i.
  init(directory: String, classNames: [String]?, images: IDXFile? = nil, items: [Item]) {
    self.directory = directory
    self.classNames = classNames
    self.images = images
    self.items = items
  }

  /// The number of images.
  public var count: Int { items.count }

  /// The class of image `index`.
  public func label(at index: Int) -> Int { items[index].label }

  /// The index of image `index` in the whole set, whatever was left out of this one.
  ///
  /// It is the row of recorded results, and for an IDX set the place in the file.
  public func position(at index: Int) -> Int { items[index].position }

  /// The file of image `index` relative to the folder, or for an IDX set its number as `#17`.
  public func name(at index: Int) -> String {
    switch items[index].image {
    case .file(let name): name
    case .idx(let number): "#\(number)"
    }
  }

  /// Image `index`, decoded now.
  ///
  /// - Throws: as `Image.decode(fileAt:)`.
  public func image(at index: Int) throws(DataError) -> Image {
    switch items[index].image {
    case .file(let name): return try Image.decode(fileAt: "\(directory)/\(name)")
    case .idx(let number):
      guard let images else {
        throw .missing(file: directory, what: "IDX file of image \(number)", found: "none")
      }
      return try images.image(number)
    }
  }

  /// The images at `indices`, in that order; they keep their positions.
  ///
  /// - Precondition: every index is in `0..<count`.
  public func select(_ indices: some Sequence<Int>) -> DataSet {
    DataSet(
      directory: directory,
      classNames: classNames,
      images: images,
      items: indices.map { items[$0] }
    )
  }

  /// Checks that every label is a class of a model of `classCount` classes.
  ///
  /// - Throws: `DataError.malformed`, naming the first image with a larger label.
  public func checkLabels(classCount: Int) throws(DataError) {
    guard let index = items.firstIndex(where: { $0.label >= classCount }) else { return }
    throw .malformed(
      file: directory,
      what: "label of \(name(at: index))",
      expected: "one in 0..<\(classCount)",
      found: "\(items[index].label)"
    )
  }
}

extension IDXFile {
  /// Image `index` of `[count, height, width]` or `[count, height, width, channels]`.
  fileprivate func image(_ index: Int) throws(DataError) -> Image {
    try Image(
      width: shape[2],
      height: shape[1],
      channels: shape.count == 4 ? shape[3] : 1,
      pixels: Array(item(index))
    )
  }
}
