import IntaglioData
import IntaglioTestSupport

extension FuzzTarget {
  /// Checkpoints of PyTorch: whole files, or a pickle alone, which is put into an archive on the way.
  static let torch = FuzzTarget(
    "torch",
    "checkpoints of PyTorch: archives and pickles",
    limit: 4096,
    dictionary: ["torch", "_rebuild_tensor_v2", "FloatStorage", "OrderedDict", "storage", "model"],
    seeds: { TorchSeeds.all }
  ) { bytes, folder in
    let isWhole = bytes.starts(with: Array("PK".utf8)) || bytes.starts(with: [0x80, 2, 0x8A])
    let content =
      isWhole
      ? bytes
      : TorchWriter.zip([("x/data.pkl", bytes), ("x/data/0", [UInt8](repeating: 1, count: 24))])
    let file = try TorchFile(contentsOf: folder.file("in.pth", content))
    for tensor in file.tensors {
      let count = tensor.shape.reduce(1, *)
      if let doubles = try? tensor.doubles() {
        try require(doubles.count == count, "'\(tensor.name)' has another number of elements")
      }
      _ = try? tensor.floats()
    }
  }
}

private enum TorchSeeds {
  static var all: [[UInt8]] {
    let whole = TorchWriter.Tensor("a", [2, 3], [0, 1, 2, 3, 4, 5])
    var view = TorchWriter.Tensor("b", [2], [6, 7, 8, 9, 10, 11])
    (view.strides, view.offset) = ([3], 1)
    return [
      TorchWriter.file([whole, view]), TorchWriter.file([whole], sections: ["model"]),
      TorchWriter.legacy([whole, view]), TorchWriter.pickle([whole]),
      TorchWriter.pickle([view], sections: ["state_dict", "model_ema"]),
    ]
  }
}
