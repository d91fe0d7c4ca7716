extension DataSet {
  /// Opens the data set in `directory`, whatever its form.
  ///
  /// The forms, in the order in which they are looked for:
  /// 1. IDX files, gzipped or not: `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, with
  ///    `train-` in the place of `t10k-` for the split `train`.
  /// 2. Images and a labels file, `labels.csv` or `labels.txt`, whose lines are `file,label` or
  ///    `file label`. A label is a number, or a name in `classes.txt`.
  /// 3. Images whose names begin with their label, as `0923_plate.jpg`.
  /// 4. A folder per class; images lie directly in them. Which class a folder is, is decided where
  ///    the set meets a model: see `labels(modelNames:classCount:)`. Where there are folders `train`
  ///    and `test` or `val` instead, the split chooses among these.
  ///
  /// Images are files named `.png`, `.jpg` or `.jpeg` in any case; hidden files are ignored. Files
  /// stand in the order of their names' UTF-8 bytes, or of the labels file. A file `classes.txt`
  /// names the classes, one a line, in the order of the model's.
  ///
  /// A `limit` keeps at most so many images: the first ones, but for form 4, where they are spread
  /// evenly over the whole set, because its beginning is a single class.
  ///
  /// Where labels are not asked for, images of form 3 have any names.
  ///
  /// - Throws: `DataError` when the folder is unreadable, holds none of these forms or no image, or
  ///   when a label is missing or out of range.
  public static func open(
    directory: String,
    split: Split = .test,
    labelled: Bool = true,
    limit: Int? = nil
  ) throws(DataError) -> DataSet {
    if let limit, limit < 1 {
      throw .invalid(
        what: "limit on the number of images",
        expected: "1 or more",
        found: "\(limit)"
      )
    }
    let folder = try DataSetFolder(directory)
    let set = try openWhole(folder, split: split, labelled: labelled)
    guard set.count > 0 else { throw folder.noDataSet() }
    guard let limit, limit < set.count else { return set }
    if folder.form != .folderPerClass { return set.select(0..<limit) }
    return set.select((0..<limit).map { $0 * set.count / limit })
  }

  private static func openWhole(
    _ folder: DataSetFolder,
    split: Split,
    labelled: Bool
  ) throws(DataError) -> DataSet {
    switch folder.form {
    case .idx: try openIDX(folder, split: split)
    case .labelsFile(let name): try openLabelsFile(folder, name: name)
    case .leadingLabels: labelled ? try openLeadingLabels(folder) : openImages(folder)
    case .folderPerClass: try openFolderPerClass(folder, split: split)
    case nil: throw folder.noDataSet()
    }
  }
}

/// A folder that may hold a data set, listed once.
struct DataSetFolder {
  enum Form: Equatable {
    case idx
    case labelsFile(String)
    case leadingLabels
    case folderPerClass
  }

  let path: String
  let names: [String]
  /// The subfolders among `names`; listed only where no file decides the form.
  let folders: [String]
  let form: Form?

  init(_ path: String) throws(DataError) {
    let names = try namesInFolder(path)
    var folders: [String] = []
    if names.contains(where: { $0.contains("-images-idx") || $0.contains("-images.idx") }) {
      form = .idx
    } else if let labels = ["labels.csv", "labels.txt"].first(where: names.contains) {
      form = .labelsFile(labels)
    } else if names.contains(where: isImageName) {
      form = .leadingLabels
    } else {
      folders = names.filter { fileKind("\(path)/\($0)") == .folder }
      form = folders.isEmpty ? nil : .folderPerClass
    }
    self.path = path
    self.names = names
    self.folders = folders
  }

  /// The names of the images, in order.
  var imageNames: [String] { names.filter(isImageName) }

  /// The names of the classes in `classes.txt`, or `nil` without that file.
  func classNames() throws(DataError) -> [String]? {
    guard names.contains("classes.txt") else { return nil }
    var classes = try lines(ofFile: "\(path)/classes.txt")
    while classes.last?.isEmpty == true { classes.removeLast() }
    guard !classes.isEmpty else {
      throw .missing(file: "\(path)/classes.txt", what: "class name", found: "no lines")
    }
    return classes
  }

  /// The error for a folder without any of the forms.
  func noDataSet() -> DataError {
    let shown = names.prefix(4).map { "'\($0)'" }.joined(separator: ", ")
    let rest = names.count > 4 ? " and \(names.count - 4) more" : ""
    return .missing(
      file: path,
      what: "data set (IDX files t10k-… or train-…, PNG or JPEG images with labels.csv, labels.txt "
        + "or the class index leading each name, or a folder of images per class)",
      found: names.isEmpty ? "an empty folder" : shown + rest
    )
  }
}

/// Whether a file of that name is taken for an image.
func isImageName(_ name: String) -> Bool {
  let name = name.lowercased()
  return [".png", ".jpg", ".jpeg"].contains(where: name.hasSuffix)
}

/// The lines of a small UTF-8 text file without white space at their ends.
func lines(ofFile path: String) throws(DataError) -> [String] {
  let bytes = try readFile(path, limit: 1 << 28)
  var lines: [String] = []
  for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
    guard let text = String(validating: line, as: UTF8.self) else {
      let what = "line \(lines.count + 1)"
      throw .malformed(file: path, what: what, expected: "UTF-8", found: "other bytes")
    }
    lines.append(trimmed(text))
  }
  return lines
}

/// `text` without white space at its ends, a byte order mark and the CR of CRLF included.
func trimmed(_ text: some StringProtocol) -> String {
  let isSpace = { (scalar: Unicode.Scalar) in
    scalar.properties.isWhitespace || scalar == "\u{FEFF}"
  }
  var scalars = Substring(text).unicodeScalars
  while let first = scalars.first, isSpace(first) { scalars.removeFirst() }
  while let last = scalars.last, isSpace(last) { scalars.removeLast() }
  return String(scalars)
}
