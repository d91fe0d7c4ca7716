import Foundation
import IntaglioData
import IntaglioTestSupport

/// Images and labels that cannot be read or do not fit.
enum BadData {
  static let all = images + arrays + folders + recordings

  private static let images: [BadInput] = [
    .image("a missing image", says: "gone.png") { $0.path("gone.png") },
    .image("a folder as image", says: "folder.png") { try $0.subfolder("folder.png") },
    .image("a text as image", says: "text.png") {
      try $0.file("text.png", Array("a cat, seen from the side".utf8))
    },
    .image("an empty image", says: "empty.jpg") { try $0.file("empty.jpg", []) },
    .image("a PNG cut short", says: "grey.png") { folder in
      try Image.grey(side: 64).writePNG(to: folder.path("grey.png"))
      return try folder.truncate("grey.png", to: 0.7)
    },
    .image("a JPEG cut short", says: "grey.jpg") { folder in
      let recorded = try GoldenFile("decode.txt").lines.first { $0[0] == "jpeg.grey" }
      _ = try folder.file("grey.jpg", hexadecimal(recorded?[5] ?? ""))
      return try folder.truncate("grey.jpg", to: 0.7)
    },
  ]

  private static let arrays: [BadInput] = [
    .image("an array of the wrong size", says: "x.npy", "192") { folder in
      try NPYFile.write(
        floats: [Float](repeating: 0, count: 27),
        shape: [3, 3, 3],
        to: folder.path("x.npy")
      )
      return folder.path("x.npy")
    },
    .image("pixels as an array", says: "x.npy", "U8", "PNG", "float32") { folder in
      // Version 1, a header of 118 bytes, as NumPy writes it.
      let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 8, 8), }"
      let padded = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
      let start = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8)
      return try folder.file("x.npy", start + [UInt8](repeating: 200, count: 192))
    },
    .image("an array cut short", says: "x.npy") { folder in
      try NPYFile.write(
        floats: [Float](repeating: 0, count: 192),
        shape: [3, 8, 8],
        to: folder.path("x.npy")
      )
      return try folder.truncate("x.npy", to: 0.8)
    },
    .image("a text as array", says: "x.npy") {
      try $0.file("x.npy", Array("0.5 0.25 0.125".utf8))
    },
  ]

  private static let folders: [BadInput] = [
    .data("a missing folder", says: "gone") { [$0.path("gone")] },
    .data("an empty folder", says: "data", "an empty folder") { [try $0.subfolder("data")] },
    .data("a file as folder", says: "data.png") { folder in
      [try folder.file("data.png", [])]
    },
    .data("a text among the images", says: "0_text.png") { folder in
      _ = try folder.file("data/0_text.png", Array("a cat".utf8))
      return [folder.path("data")]
    },
    .data("an image without label", says: "cat.png", "label") { folder in
      _ = try folder.file("data/cat.png", [])
      return [folder.path("data")]
    },
    .data("a label beyond the classes", says: "data", "7_grey.png", "0..<5") { folder in
      _ = try folder.subfolder("data")
      try Image.grey(side: 8).writePNG(to: folder.path("data/7_grey.png"))
      return [folder.path("data")]
    },
    .data("a label for an image that is not there", says: "data", "gone.png") { folder in
      _ = try folder.file("data/labels.csv", Array("gone.png,1\n".utf8))
      return [folder.path("data")]
    },
    .data("IDX images cut short", says: "t10k-images-idx3-ubyte") { folder in
      try idx(folder)
      _ = try folder.truncate("data/t10k-images-idx3-ubyte", to: 0.9)
      return [folder.path("data")]
    },
    .data("IDX images without labels", says: "data", "t10k-labels") { folder in
      try idx(folder)
      try FileManager.default.removeItem(atPath: folder.path("data/t10k-labels-idx1-ubyte"))
      return [folder.path("data")]
    },
    .data("an IDX file cut short in its header", says: "t10k-labels-idx1-ubyte") { folder in
      try idx(folder)
      _ = try folder.truncate("data/t10k-labels-idx1-ubyte", to: 0.5)
      return [folder.path("data")]
    },
  ]

  private static let recordings: [BadInput] = [
    .data("logits of another shape", says: "[2, 5]", "[2, 4]") { folder in
      try idx(folder)
      try NPYFile.write(
        floats: [Float](repeating: 0, count: 8),
        shape: [2, 4],
        to: folder.path("logits.npy")
      )
      return [folder.path("data"), "--against", folder.path("logits.npy")]
    },
    .data("logits that are not there", says: "gone.npy") { folder in
      try idx(folder)
      return [folder.path("data"), "--against", folder.path("gone.npy")]
    },
  ]

  /// Two grey images of 8×8 and their labels.
  private static func idx(_ folder: TemporaryFolder) throws {
    let data = try folder.subfolder("data")
    try IDXFile.write(
      bytes: [UInt8](repeating: 9, count: 128),
      shape: [2, 8, 8],
      to: "\(data)/t10k-images-idx3-ubyte"
    )
    try IDXFile.write(bytes: [0, 1], shape: [2], to: "\(data)/t10k-labels-idx1-ubyte")
  }
}
