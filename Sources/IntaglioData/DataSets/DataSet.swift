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

  /// What the labels number.
  enum Vocabulary: Sendable {
    /// The classes of a model; a file `classes.txt` may name them.
    case classes([String]?)
    /// Folders with images, in the order of their names; `all` has those without images too.
    case folders([String], all: [String])
    /// There are none: labels were not asked for.
    case none
  }

  /// One image of a set.
  struct Item: Sendable {
    let image: ImageSource
    /// A number in the set's own vocabulary.
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
    /// A sample within the array of the set.
    case array(Int)
  }

  /// The folder as the caller gave it.
  public let directory: String
  /// What a reader should know of the set, such as images that it leaves out.
  public let notes: [String]
  private let vocabulary: Vocabulary
  private let images: IDXFile?
  private let samples: NPYFile?
  private let items: [Item]

  /// - Precondition: an item has the source `idx(i)` only where `images` has an image i, `array(i)` only
  ///   where `samples` has a sample i, and a label within the names of `vocabulary`.
  init(
    directory: String,
    vocabulary: Vocabulary,
    images: IDXFile? = nil,
    samples: NPYFile? = nil,
    items: [Item],
    notes: [String] = []
  ) {
    self.directory = directory
    self.notes = notes
    self.vocabulary = vocabulary
    self.images = images
    self.samples = samples
    self.items = items
  }

  /// The number of images.
  public var count: Int { items.count }

  /// The set's own names for its labels; `nil` where these are numbers alone.
  public var classNames: [String]? {
    switch vocabulary {
    case .classes(let names): names
    case .folders(let names, _): names
    case .none: nil
    }
  }

  /// The index of image `index` in the whole set, whatever was left out of this one.
  ///
  /// It is the row of recorded results, and for an IDX set the place in the file.
  public func position(at index: Int) -> Int { items[index].position }

  /// The file of image `index` relative to the folder, or for a set in one file its number as `#17`.
  public func name(at index: Int) -> String {
    switch items[index].image {
    case .file(let name): name
    case .idx(let number), .array(let number): "#\(number)"
    }
  }

  /// The file of image `index`; `nil` where it is part of one.
  func path(at index: Int) -> String? {
    if case .file(let name) = items[index].image { "\(directory)/\(name)" } else { nil }
  }

  /// Image `index`, decoded now.
  ///
  /// - Throws: as `Image.decode(fileAt:)`, and for a set of samples, which are no images.
  public func image(at index: Int) throws(DataError) -> Image {
    switch items[index].image {
    case .file(let name): return try Image.decode(fileAt: "\(directory)/\(name)")
    case .idx(let number):
      guard let images else {
        throw .missing(file: directory, what: "IDX file of image \(number)", found: "none")
      }
      return try images.image(number)
    case .array(let number):
      throw .unsupported(
        file: directory,
        what: "sample #\(number)",
        expected: "an image",
        found: "numbers that are a model's input already"
      )
    }
  }

  /// Sample `index` of a set that holds a model's inputs as they are; `nil` of a set of images.
  ///
  /// - Throws: `DataError.unsupported` for integers of more than 16 bits.
  public func sample(at index: Int) throws(DataError) -> Sample? {
    guard case .array(let number) = items[index].image, let samples else { return nil }
    return Sample(
      shape: Array(samples.shape.dropFirst()),
      type: samples.type,
      numbers: try samples.floats(at: number)
    )
  }

  /// A model's input as a file holds it.
  public struct Sample: Sendable, Equatable {
    /// Without the axis that counts samples.
    public let shape: [Int]
    /// What the file stores.
    public let type: StorageType
    /// In C order.
    public let numbers: [Float]
  }

  /// Whether the set holds a model's inputs as they are, and no images.
  public var holdsSamples: Bool { samples != nil }

  /// At most `limit` of the images, evenly spaced.
  ///
  /// - Precondition: `limit` is positive.
  public func evenly(_ limit: Int) -> DataSet {
    guard limit < count else { return self }
    return select((0..<limit).map { $0 * count / limit })
  }

  /// The images at `indices`, in that order; they keep their positions.
  ///
  /// - Precondition: every index is in `0..<count`.
  public func select(_ indices: some Sequence<Int>) -> DataSet {
    DataSet(
      directory: directory,
      vocabulary: vocabulary,
      images: images,
      samples: samples,
      items: indices.map { items[$0] },
      notes: notes
    )
  }

  /// The labels as classes of a model.
  ///
  /// Folders are found among the model's names, or are numbers of classes; where `classes.txt` names
  /// the classes, its names have to agree with the model's. Without names on the model's side, as
  /// many folders as classes are taken in the order of their names.
  ///
  /// - Parameters:
  ///   - modelNames: the names of the model's classes in the order of its logits; empty where the
  ///     model has none.
  ///   - classCount: the number of its logits.
  /// - Returns: a class for each image, and how it was found.
  /// - Throws: `DataError.malformed` for a label or a folder that is no class of the model, and where
  ///   more than one class may be meant; both sides are listed.
  public func labels(
    modelNames: [String],
    classCount: Int
  ) throws(DataError) -> ClassLabels {
    do throws(DataError) {
      return try matchedLabels(modelNames: modelNames, classCount: classCount)
    } catch {
      // Names that the model's file does not hold decide nothing against the data set's own.
      guard modelNames == ImageNetClasses.names,
        let found = try? matchedLabels(modelNames: [], classCount: classCount)
      else { throw error }
      return found
    }
  }

  private func matchedLabels(
    modelNames: [String],
    classCount: Int
  ) throws(DataError) -> ClassLabels {
    guard modelNames.isEmpty || modelNames.count == classCount else {
      throw .invalid(
        what: "names of the model's classes",
        expected: "\(classCount), one for each logit",
        found: "\(modelNames.count)"
      )
    }
    let matcher = ClassMatcher(modelNames: modelNames, classCount: classCount)
    var classes: [Int]?
    var matching = ClassMatching.numbers
    switch vocabulary {
    case .classes(let names):
      if let names { classes = try matcher.classes(ofLines: names, file: directory) }
      if classes != nil { matching = .names }
      if let names, matcher.knowsNone(of: names) { matching = .lineOrder }
    case .none:
      throw .missing(
        file: directory,
        what: "label",
        found: "images that were opened without labels"
      )
    case .folders(let names, let all):
      (classes, matching) = try matcher.classes(ofFolders: names, among: all, file: directory)
    }
    let labels = items.map { classes?[$0.label] ?? $0.label }
    if let index = labels.firstIndex(where: { $0 >= classCount }) {
      throw .malformed(
        file: directory,
        what: "label of \(name(at: index))",
        expected: "one in 0..<\(classCount)",
        found: "\(labels[index])"
      )
    }
    return ClassLabels(classes: labels, matching: matching)
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
