extension DataSet {
  /// Opens images whose names begin with their label, followed by anything but a digit.
  static func openLeadingLabels(_ folder: DataSetFolder) throws(DataError) -> DataSet {
    let classNames = try folder.classNames()
    var items: [Item] = []
    for (position, name) in folder.imageNames.enumerated() {
      guard let label = Int(name.prefix { $0.isASCII && $0.isNumber }) else {
        throw .malformed(
          file: folder.path,
          what: "image name '\(name)'",
          expected: "a name that begins with its label, or a file labels.csv or labels.txt",
          found: "no number at its start"
        )
      }
      try checkLabel(label, of: "'\(name)'", classNames: classNames, file: folder.path)
      items.append(Item(image: .file(name), label: label, position: position))
    }
    return DataSet(directory: folder.path, vocabulary: .classes(classNames), items: items)
  }

  /// Opens images whatever their names are.
  static func openImages(_ folder: DataSetFolder) -> DataSet {
    let items = folder.imageNames.enumerated().map { position, name in
      Item(image: .file(name), label: 0, position: position)
    }
    return DataSet(directory: folder.path, vocabulary: .none, items: items)
  }

  /// Opens images with a labels file.
  static func openLabelsFile(_ folder: DataSetFolder, name: String) throws(DataError) -> DataSet {
    let classNames = try folder.classNames()
    let labels = try LabelsFile(
      path: "\(folder.path)/\(name)",
      separator: name.hasSuffix(".csv") ? "," : nil,
      classNames: classNames
    )
    var items: [Item] = []
    for (position, entry) in labels.entries.enumerated() {
      guard fileKind("\(folder.path)/\(entry.name)") == .file else {
        throw .missing(
          file: folder.path,
          what: "'\(entry.name)' (\(name), line \(entry.line))",
          found: "no such file"
        )
      }
      items.append(Item(image: .file(entry.name), label: entry.label, position: position))
    }
    return DataSet(
      directory: folder.path,
      vocabulary: .classes(classNames),
      items: items,
      notes: note(of: folder, leftOutBy: labels, name).map { [$0] } ?? []
    )
  }

  /// What to say of images in the folder that `labels` does not name; `nil` where it names all.
  private static func note(
    of folder: DataSetFolder,
    leftOutBy labels: LabelsFile,
    _ name: String
  ) -> String? {
    let named = Set(
      labels.entries.map { entry in
        entry.name.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
      }
    )
    let images = folder.imageNames
    let left = images.filter { !named.contains($0) }
    guard let first = left.first else { return nil }
    return "\(left.count) of \(images.count) images in \(folder.path) have no line in \(name) "
      + "and are left out ('\(first)'\(left.count > 1 ? " and others" : ""))"
  }

  /// Opens a folder per class, or the folder of a split that holds such folders.
  static func openFolderPerClass(
    _ folder: DataSetFolder,
    split: Split,
    classesAbove: [String]? = nil
  ) throws(DataError) -> DataSet {
    let listed = try folder.classNames() ?? classesAbove
    if let name = splitFolder(folder, split: split) {
      let nested = try DataSetFolder("\(folder.path)/\(name)")
      guard nested.form == .folderPerClass else { throw nested.noDataSet() }
      return try openFolderPerClass(nested, split: split, classesAbove: listed)
    }
    var (items, withImages): ([Item], [String]) = ([], [])
    for name in folder.folders {
      let images = try namesInFolder("\(folder.path)/\(name)").filter(isImageName)
      guard !images.isEmpty else { continue }
      for image in images {
        let source = ImageSource.file("\(name)/\(image)")
        items.append(Item(image: source, label: withImages.count, position: items.count))
      }
      withImages.append(name)
    }
    guard !items.isEmpty else { throw folder.noDataSet() }
    guard let listed else {
      let vocabulary = Vocabulary.folders(withImages, all: folder.folders)
      return DataSet(directory: folder.path, vocabulary: vocabulary, items: items)
    }
    let lines = try ClassMatcher(modelNames: listed, classCount: listed.count)
      .lines(ofFolders: withImages, file: folder.path)
    items = items.map { Item(image: $0.image, label: lines[$0.label], position: $0.position) }
    return DataSet(directory: folder.path, vocabulary: .classes(listed), items: items)
  }

  /// The subfolder of a split, where the subfolders are splits and not classes.
  private static func splitFolder(_ folder: DataSetFolder, split: Split) -> String? {
    guard folder.folders.contains("train") else { return nil }
    guard let test = ["test", "val"].first(where: folder.folders.contains) else { return nil }
    return split == .train ? "train" : test
  }
}

/// Checks that `label` is a class where the classes have names.
func checkLabel(
  _ label: Int,
  of what: String,
  classNames: [String]?,
  file: String
) throws(DataError) {
  guard let classNames, label >= classNames.count else { return }
  throw .malformed(
    file: file,
    what: "label of \(what)",
    expected: "one in 0..<\(classNames.count), the lines of classes.txt",
    found: "\(label)"
  )
}
