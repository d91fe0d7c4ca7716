/// What a pickle builds, as far as PyTorch's checkpoints need it.
///
/// Lists, tuples and dictionaries are numbers into `PickleHeap`, because a pickle may refer to one of them
/// several times, put one into itself, and nest them as deep as it likes.
enum PickleValue: Equatable {
  case none
  case bool(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  case bytes
  case list(Int)
  case tuple(Int)
  case dictionary(Int)
  /// A name of a module and of something in it, from the list of those that are known.
  case global(PickleGlobal)
  /// A number into the storages that were named.
  case storage(Int)
  /// A number into the tensors that were made.
  case tensor(Int)
  /// An object that is known and of no use here.
  case other
}

/// The names that a checkpoint may use.
///
/// Nothing is imported or called: each means what is done for it here.
enum PickleGlobal: Equatable {
  /// `torch.FloatStorage` and its like; `nil` for one of bytes without a type.
  case storage(StorageType)
  /// Storages of numbers that no model of ours has, such as complex ones.
  case otherStorage
  case rebuildTensor
  case rebuildParameter
  /// `collections.OrderedDict` and what else is built as a dictionary.
  case dictionary
  /// Objects of trainings: their contents do not matter.
  case other

  /// - Returns: `nil` for a name that is not known.
  init?(module: String, name: String) {
    guard let global = Self.known["\(module).\(name)"] else { return nil }
    self = global
  }

  private static let known: [String: PickleGlobal] = {
    var known: [String: PickleGlobal] = [
      "torch._utils._rebuild_tensor_v2": .rebuildTensor,
      "torch._utils._rebuild_tensor": .rebuildTensor,
      "torch._utils._rebuild_parameter": .rebuildParameter,
      "torch._utils._rebuild_parameter_with_state": .rebuildParameter,
      "collections.OrderedDict": .dictionary, "collections.defaultdict": .dictionary,
      "collections.Counter": .dictionary, "builtins.dict": .dictionary,
      "argparse.Namespace": .other, "torch.Size": .other, "torch.device": .other,
      "numpy.core.multiarray.scalar": .other, "numpy._core.multiarray.scalar": .other,
      "numpy.dtype": .other, "_codecs.encode": .other, "builtins.set": .other,
      "__builtin__.set": .other, "pathlib.PosixPath": .other, "types.SimpleNamespace": .other,
    ]
    let storages: [(String, StorageType)] = [
      ("Double", .f64), ("Float", .f32), ("Half", .f16), ("BFloat16", .bf16), ("Long", .i64),
      ("Int", .i32), ("Short", .i16), ("Char", .i8), ("Byte", .u8), ("Bool", .bool),
    ]
    for (name, type) in storages { known["torch.\(name)Storage"] = .storage(type) }
    for name in ["ComplexFloat", "ComplexDouble", "QInt8", "QUInt8", "QInt32"] {
      known["torch.\(name)Storage"] = .otherStorage
    }
    let types = [
      "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8",
      "bool",
    ]
    for name in types { known["torch.\(name)"] = .other }
    return known
  }()
}

/// The containers, storages and tensors of one pickle.
struct PickleHeap {
  var lists: [[PickleValue]] = []
  var tuples: [[PickleValue]] = []
  /// In the order in which members were set; a key may stand twice, the last one counts.
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  var storages: [PickledStorage] = []
  var tensors: [PickledTensor] = []
}

/// A storage as a pickle names it: the bytes stand elsewhere.
struct PickledStorage: Equatable {
  let key: String
  /// `nil` for numbers that no model of ours has.
  let type: StorageType?
  let count: Int
}

/// A view of a storage.
struct PickledTensor {
  let storage: Int
  /// In elements.
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}
