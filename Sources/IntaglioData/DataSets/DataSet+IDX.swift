extension DataSet {
  /// Opens a pair of IDX files: images `[count, height, width]` (a fourth extent is 1 or 3
  /// channels) and labels `[count]`.
  static func openIDX(_ folder: DataSetFolder, split: Split) throws(DataError) -> DataSet {
    let images = try IDXFile(contentsOf: try idxPath(folder, split: split, kind: "images"))
    let labels = try IDXFile(contentsOf: try idxPath(folder, split: split, kind: "labels"))
    try checkIDXImages(images)
    guard labels.shape == [images.count] else {
      throw .malformed(
        file: labels.path,
        what: "IDX labels",
        expected: "shape [\(images.count)], one label per image",
        found: "\(labels.shape)"
      )
    }
    let classNames = try folder.classNames()
    if let classNames, let index = labels.bytes.firstIndex(where: { $0 >= classNames.count }) {
      throw .malformed(
        file: labels.path,
        what: "label of image \(index)",
        expected: "one in 0..<\(classNames.count), the lines of classes.txt",
        found: "\(labels.bytes[index])"
      )
    }
    let items = labels.bytes.enumerated().map { index, label in
      Item(image: .idx(index), label: Int(label), position: index)
    }
    return DataSet(
      directory: folder.path,
      vocabulary: .classes(classNames),
      images: images,
      items: items
    )
  }
}

private func checkIDXImages(_ images: IDXFile) throws(DataError) {
  guard images.count > 0 else {
    throw .malformed(
      file: images.path,
      what: "IDX images",
      expected: "at least one",
      found: "\(images.shape)"
    )
  }
  let shape = images.shape
  let isShaped = shape.count == 3 || (shape.count == 4 && [1, 3].contains(shape[3]))
  guard isShaped, Image.objection(width: shape[2], height: shape[1]) == nil
  else {
    throw .malformed(
      file: images.path,
      what: "IDX images",
      expected: "shape [count, height, width] with sides of 1…\(Image.sideLimit)",
      found: "\(shape)"
    )
  }
}

/// The path of `images` or `labels` of a split, gzipped or not.
private func idxPath(
  _ folder: DataSetFolder,
  split: DataSet.Split,
  kind: String
) throws(DataError) -> String {
  let prefix = split == .test ? "t10k" : "train"
  let found = folder.names.filter {
    $0.hasPrefix("\(prefix)-\(kind)-idx") || $0.hasPrefix("\(prefix)-\(kind).idx")
  }
  // Of a plain and a gzipped file the plain one, which is first in order.
  if let name = found.first { return "\(folder.path)/\(name)" }
  let there = folder.names.filter { $0.contains("-idx") || $0.contains(".idx") }
  throw .missing(
    file: folder.path,
    what: "\(prefix)-\(kind)-idx… (split \(split.rawValue))",
    found: there.joined(separator: ", ")
  )
}
