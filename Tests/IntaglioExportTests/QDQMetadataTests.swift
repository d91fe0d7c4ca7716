import IntaglioData
import IntaglioExport
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import Testing

@Suite("QDQModel: what is known of a model beside its arithmetic")
struct QDQMetadataTests {
  @Test("name, classes and preprocessing are read back")
  func metadata() throws {
    func preprocessing(
      _ resize: Preprocessing.Resize,
      _ crop: Preprocessing.Size?
    ) throws -> Preprocessing {
      try Preprocessing(
        resize: resize,
        crop: crop,
        interpolation: .bilinear,
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225]
      )
    }
    let size = Preprocessing.Size(width: 6, height: 8)
    for preprocessing in try [
      preprocessing(.none, nil), preprocessing(.none, size), preprocessing(.exact(size), nil),
      preprocessing(.exact(.init(width: 9, height: 12)), size),
      preprocessing(.shorterSide(9), size),
    ] {
      var graph = Graph()
      let x = try graph.append(.input(name: "x", ValueType(.real, [1, 3, 8, 6])))
      let row = try graph.append(.layout(.reshape([1, 144])), x)
      graph.addOutput("logits", try graph.append(.layout(.slice(axis: 1, start: 0, count: 3)), row))
      let folder = try TemporaryFolder()
      let path = folder.path("model.onnx")
      let description = ModelDescription(
        name: "a model",
        source: "timm",
        preprocessing: preprocessing,
        classNames: ["cat", "\"dog\"", "été/hiver"]
      )
      try QDQModel(graph: graph, description: description).write(to: path)
      let read = try ModelFile(path: path).read().description
      #expect(read.name == "a model")
      #expect(read.classNames == description.classNames)
      #expect(read.preprocessing == preprocessing)
      #expect(read.notes == [])
    }
  }

  @Test("a JSON file beside the model says alone how images are resized, whoever's keys it has")
  func fileBeside() throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [1, 3, 8, 8])))
    graph.addOutput("logits", try graph.append(.layout(.reshape([1, 192])), x))
    let size = Preprocessing.Size(width: 8, height: 8)
    let description = ModelDescription(
      name: "a model",
      source: "timm",
      preprocessing: try Preprocessing(
        resize: .shorterSide(9),
        crop: size,
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5]
      )
    )
    let folder = try TemporaryFolder()
    let path = folder.path("model.onnx")
    try QDQModel(graph: graph, description: description).write(to: path)
    try folder.file("model.json", Array(#"{"crop_pct": 0.5}"#.utf8))
    let read = try ModelFile(path: path).read().description.preprocessing
    #expect(read?.resize == .shorterSide(16))
    #expect(read?.mean == [0.5, 0.5, 0.5])
  }
}
