import Foundation
import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("Files of PyTorch")
struct TorchFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(_ bytes: [UInt8]) throws -> TorchFile {
    try TorchFile(contentsOf: folder.file("x.pth", bytes))
  }

  private func message(_ bytes: [UInt8]) -> String {
    let error = #expect(throws: DataError.self) { try open(bytes) }
    return error.map { "\($0)" } ?? ""
  }

  private static let tensor = TorchWriter.Tensor("a", [2, 3], [0, 1, 2, 3, 4, 5])

  /// PyTorch 2.15's own bytes of `{"model": {"a": …, "b": …, "n": …, "s": …}, "epoch": 3, "note": …}`, where
  /// `a` is a transposed part of a larger tensor; by Tests/Scripts/record_torch_files.py.
  @Test(
    "what PyTorch writes is read, views of other storages as well",
    arguments: ["zip", "legacy"]
  )
  func golden(form: String) throws {
    let tests = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
    let path = tests.appendingPathComponent("Golden/IntaglioData/torch-\(form).pth").path
    let file = try TorchFile(contentsOf: path)
    #expect(file.section == "model" && file.names == ["a", "b", "n", "s"])
    let a = try file.tensor(named: "a")
    #expect(a.shape == [2, 2] && a.type == .f32)
    #expect(try a.floats() == [0.5, 1, 0.625, 1.125])
    #expect(try file.tensor(named: "b").floats() == [1.5, -2])
    #expect(try file.tensor(named: "s").doubles() == [0, 0.125, 0.25, 0.375])
    let n = try file.tensor(named: "n")
    #expect(n.type == .i64 && n.shape == [])
  }

  @Test("both formats hold the same; the averaged model goes first")
  func formats() throws {
    var turned = Self.tensor
    (turned.name, turned.shape, turned.strides, turned.offset) = ("b", [3, 1], [1, 9], 2)
    for bytes in [
      TorchWriter.file([Self.tensor, turned]), TorchWriter.legacy([Self.tensor, turned]),
    ] {
      let file = try open(bytes)
      #expect(file.section == nil)
      #expect(try file.tensor(named: "a").floats() == [0, 1, 2, 3, 4, 5])
      #expect(try file.tensor(named: "b").floats() == [2, 3, 4])
    }
    let nested = try open(TorchWriter.file([Self.tensor], sections: ["state_dict", "model_ema"]))
    #expect(nested.section == "state_dict.model_ema")
  }

  @Test("a file cut short anywhere is refused")
  func truncations() throws {
    for bytes in [TorchWriter.file([Self.tensor]), TorchWriter.legacy([Self.tensor])] {
      for length in bytes.indices {
        let path = try folder.file("cut.pth", Array(bytes.prefix(length)))
        #expect(throws: DataError.self, "\(length)") { try TorchFile(contentsOf: path) }
      }
    }
  }

  @Test("any changed byte is refused or read, and nothing traps")
  func damage() throws {
    for bytes in [TorchWriter.file([Self.tensor]), TorchWriter.legacy([Self.tensor])] {
      for index in bytes.indices {
        for value: UInt8 in [0, 0x2E, 0x7F, 0x80, 0xFF] {
          var changed = bytes
          changed[index] = value
          guard let file = try? open(changed) else { continue }
          for tensor in file.tensors { _ = try? tensor.doubles() }
        }
      }
    }
  }

  // Pickles

  /// A pickle in an archive of its own.
  private func pickle(_ bytes: [UInt8]) -> [UInt8] {
    TorchWriter.zip([("x/data.pkl", [0x80, 2] + bytes), ("x/data/0", [0, 0, 0, 0])])
  }

  @Test("names that are not known are refused by name, and nothing is run")
  func code() throws {
    let call =
      TorchWriter.global("os", "system") + TorchWriter.text("touch x") + [0x85, 0x52, 0x2E]
    #expect(message(pickle(call)).contains("'os.system'"))
    let stacked = TorchWriter.text("builtins") + TorchWriter.text("eval") + [0x93, 0x2E]
    #expect(message(pickle(stacked)).contains("'builtins.eval'"))
    let model = TorchWriter.global("timm.models.vision_transformer", "VisionTransformer")
    #expect(message(pickle(model + [0x29, 0x81, 0x2E])).contains("state_dict"))
    #expect(message(pickle([0x69, 0x2E])).contains("operation 105"))
  }

  @Test("stacks, memos and nesting that no checkpoint has are refused or harmless")
  func nesting() throws {
    #expect(message(pickle([0x52])).contains("stack"))
    #expect(message(pickle([0x74])).contains("mark"))
    #expect(message(pickle([0x68, 7, 0x2E])).contains("under 7"))
    #expect(message(pickle([0x28, 0x4E, 0x75, 0x2E])).contains("a value for every key"))
    // A million tuples in one another, and a list that holds itself.
    let deep = [0x29] + [UInt8](repeating: 0x85, count: 1_000_000) + [0x2E]
    #expect(message(pickle(deep)).contains("no dictionary"))
    #expect(message(pickle([0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E])).contains("no dictionary"))
    // A dictionary of a dictionary of itself.
    let cycle = [0x7D, 0x71, 0] + TorchWriter.text("model") + [0x68, 0, 0x73, 0x2E]
    #expect(message(pickle(cycle)).contains("without a dictionary of tensors"))
    // Twice the same, again and again: a billion elements if it were written out.
    var bomb: [UInt8] = [0x5D, 0x71, 0]
    for index: UInt8 in 1..<40 { bomb += [0x68, index - 1, 0x68, index - 1, 0x86, 0x71, index] }
    #expect(message(pickle(bomb + [0x2E])).contains("no dictionary"))
    // One list of 100 pairs as a dictionary, 400 times.
    var copies: [UInt8] = [0x5D, 0x71, 0, 0x28]
    for _ in 0..<100 { copies += [0x4B, 1, 0x4B, 2, 0x86] }
    copies += [0x65] + TorchWriter.global("collections", "OrderedDict") + [0x71, 1]
    for _ in 0..<400 { copies += [0x68, 1, 0x68, 0, 0x85, 0x52, 0x30] }
    #expect(message(pickle(copies + [0x2E])).contains("as many members as bytes"))
    // A text that claims four gigabytes.
    #expect(message(pickle([0x58, 0xFF, 0xFF, 0xFF, 0xFF])).contains("cut short"))
    #expect(message(pickle([0x8D] + [UInt8](repeating: 0xFF, count: 8))).contains("cut short"))
  }

  @Test("tensors beyond their storage are refused")
  func bounds() throws {
    let changes: [(inout TorchWriter.Tensor) -> Void] = [
      { $0.shape = [2, 4] }, { $0.offset = 1 }, { $0.offset = -1 }, { $0.strides = [4, 1] },
      { $0.strides = [-3, 1] }, { $0.shape = [-2, 3] }, { $0.strides = [3] },
      { $0.shape = [Int.max, 3] }, { $0.strides = [Int.max, Int.max] }, { $0.offset = Int.max },
      // One element repeated a trillion times.
      {
        $0.shape = [1 << 20, 1 << 20]
        $0.strides = [0, 0]
      },
    ]
    for (index, change) in changes.enumerated() {
      var tensor = Self.tensor
      change(&tensor)
      #expect(message(TorchWriter.file([tensor])).contains("pickle"), "\(index)")
    }
    var short = Self.tensor
    short.storage = [0, 1, 2, 3, 4]
    #expect(message(TorchWriter.file([short])).contains("within its 5 elements"))
    let one = TorchWriter.pickle([Self.tensor])
    #expect(message(TorchWriter.zip([("x/data.pkl", one)])).contains("storage '0'"))
    let few = TorchWriter.zip([("x/data.pkl", one), ("x/data/0", [1, 2, 3])])
    #expect(message(few).contains("found 3 bytes"))
  }

  // Archives

  @Test("archives that lie about their entries are refused")
  func archives() throws {
    let pickle = TorchWriter.pickle([Self.tensor])
    func archive(_ change: (inout [TorchWriter.Entry]) -> Void) -> String {
      var entries = [
        TorchWriter.Entry(name: "x/data.pkl", content: pickle),
        TorchWriter.Entry(name: "x/data/0", content: [UInt8](repeating: 0, count: 24)),
      ]
      change(&entries)
      return message(TorchWriter.zip(entries))
    }
    #expect(archive { $0[1].method = 8 }.contains("compression method 8"))
    #expect(archive { $0[1].flags = 1 }.contains("encrypted"))
    #expect(archive { $0[1].name = "../data/0" }.contains("names within a folder"))
    #expect(archive { $0[1].name = "/x/data/0" }.contains("names within a folder"))
    #expect(archive { $0[1].name = "x/data.pkl" }.contains("each name once"))
    #expect(archive { $0[1].size = 1 << 20 }.contains("cut short"))
    #expect(archive { $0[0].size = pickle.count + 8 }.contains("reaching into"))
    #expect(archive { $0[1].size = 60 }.contains("reaching into it"))
    #expect(archive { $0[1].place = 0 }.contains("expected 'x/data/0'"))
    #expect(archive { $0[1].place = 1 << 30 }.contains("the header of"))
    #expect(archive { $0[1].size = 0xFFFF_FFFF }.contains("cut short"))
    #expect(archive { $0.removeFirst() }.contains("data.pkl"))
    #expect(archive { $0.append(.init(name: "x/code/a.py", content: [])) }.contains("TorchScript"))
    #expect(
      archive { $0.append(.init(name: "x/byteorder", content: Array("big".utf8))) }.contains(
        "byte order"
      )
    )
  }
}
