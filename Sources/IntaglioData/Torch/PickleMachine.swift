/// Reads a pickle of the kind that PyTorch writes, and executes nothing.
///
/// Operations and names are closed lists: a name that is not among `PickleGlobal` is an error. Work and memory
/// grow with the length of the pickle alone.
struct PickleMachine {
  private(set) var heap = PickleHeap()
  /// Behind the pickle's last byte.
  private(set) var position: Int
  private let bytes: [UInt8]
  private let file: String
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  /// How many members were copied into dictionaries.
  private var copied = 0

  /// The longest pickle that is read, in bytes: names, shapes and settings, not the numbers.
  static let limit = 32 << 20

  /// - Parameters:
  ///   - bytes: what holds the pickle.
  ///   - start: where it begins.
  ///   - file: what messages call it.
  init(_ bytes: [UInt8], from start: Int = 0, file: String) {
    (self.bytes, position, self.file) = (bytes, start, file)
  }

  /// Runs to the end of the pickle.
  ///
  /// - Returns: what it builds; containers are in `heap`.
  /// - Throws: `DataError` for an operation or a name that is not known, and for a damaged pickle.
  mutating func run() throws(DataError) -> PickleValue {
    while true {
      let start = position
      let code = try byte()
      guard let operation = PickleOperation(rawValue: code) else {
        throw .unsupported(
          file: file,
          what: "operation \(code) of the pickle, at byte \(start)",
          expected: "one of those that PyTorch writes for numbers",
          found: "another"
        )
      }
      if operation == .stop { return try pop() }
      try execute(operation)
    }
  }

  private mutating func execute(_ operation: PickleOperation) throws(DataError) {
    switch operation {
    case .proto:
      let version = try byte()
      guard (2...5).contains(version) else {
        throw malformed("a pickle of protocol 2 to 5", "protocol \(version)")
      }
    case .frame: _ = try number(8)
    case .stop: break
    case .mark: marks.append(stack.count)
    case .pop: _ = try pop()
    case .popMark: _ = try popMark()
    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .binInt: stack.append(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
    case .binInt1: stack.append(.integer(try number(1)))
    case .binInt2: stack.append(.integer(try number(2)))
    case .long1: stack.append(try long(number(1)))
    case .long4: stack.append(try long(number(4)))
    case .binFloat: stack.append(try real())
    case .shortBinUnicode, .shortBinString: stack.append(.text(try text(number(1))))
    case .binUnicode, .binString: stack.append(.text(try text(number(4))))
    case .binUnicode8: stack.append(.text(try text(number(8))))
    case .shortBinBytes: try skip(number(1))
    case .binBytes: try skip(number(4))
    case .binBytes8: try skip(number(8))
    case .emptyList: push(list: [])
    case .emptyTuple: push(tuple: [])
    case .emptyDict: push(dictionary: [])
    case .tuple: push(tuple: try popMark())
    case .tuple1: push(tuple: [try pop()])
    case .tuple2: push(tuple: try pop(2))
    case .tuple3: push(tuple: try pop(3))
    case .list: push(list: try popMark())
    case .dict: push(dictionary: try pairs(popMark()))
    case .append: try append([try pop()])
    case .appends: try append(try popMark())
    case .setItem: try set(try pairs(pop(2)))
    case .setItems: try set(try pairs(popMark()))
    case .binPut: memo[try number(1)] = try top()
    case .longBinPut: memo[try number(4)] = try top()
    case .memoize: memo[memo.count] = try top()
    case .binGet: stack.append(try memorized(number(1)))
    case .longBinGet: stack.append(try memorized(number(4)))
    case .global: stack.append(try global(line(), line()))
    case .stackGlobal:
      let parts = try pop(2)
      guard case .text(let module) = parts[0], case .text(let name) = parts[1] else {
        throw malformed("two texts before a name", "something else")
      }
      stack.append(try global(module, name))
    case .binPersID: stack.append(try persistent(pop()))
    case .reduce, .newObject: try call()
    case .build: _ = try pop()
    }
  }
}

// Stack and bytes

extension PickleMachine {
  private mutating func pop() throws(DataError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw malformed("a value on the stack", "none")
    }
    return value
  }

  private mutating func pop(_ count: Int) throws(DataError) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else {
      throw malformed("\(count) values on the stack", "fewer")
    }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    return values
  }

  /// What stands above the last mark.
  private mutating func popMark() throws(DataError) -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else {
      throw malformed("a mark on the stack", "none")
    }
    let values = Array(stack[mark...])
    stack.removeLast(values.count)
    return values
  }

  private func top() throws(DataError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw malformed("a value on the stack", "none")
    }
    return value
  }

  private func memorized(_ index: Int) throws(DataError) -> PickleValue {
    guard let value = memo[index] else { throw malformed("a value under \(index)", "none") }
    return value
  }

  private mutating func push(list values: [PickleValue]) {
    heap.lists.append(values)
    stack.append(.list(heap.lists.count - 1))
  }

  private mutating func push(tuple values: [PickleValue]) {
    heap.tuples.append(values)
    stack.append(.tuple(heap.tuples.count - 1))
  }

  private mutating func push(dictionary values: [(key: PickleValue, value: PickleValue)]) {
    heap.dictionaries.append(values)
    stack.append(.dictionary(heap.dictionaries.count - 1))
  }

  private func pairs(
    _ values: [PickleValue]
  ) throws(DataError) -> [(key: PickleValue, value: PickleValue)] {
    guard values.count % 2 == 0 else { throw malformed("a value for every key", "none for one") }
    return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
  }

  private mutating func append(_ values: [PickleValue]) throws(DataError) {
    switch try top() {
    case .list(let index): heap.lists[index] += values
    case .other: break
    default: throw malformed("a list to append to", "something else")
    }
  }

  private mutating func set(
    _ pairs: [(key: PickleValue, value: PickleValue)]
  ) throws(DataError) {
    switch try top() {
    case .dictionary(let index): heap.dictionaries[index] += pairs
    case .other: break
    default: throw malformed("a dictionary to set members of", "something else")
    }
  }

  private mutating func byte() throws(DataError) -> UInt8 {
    guard position < bytes.count else {
      throw .truncated(file: file, what: "pickle", expected: position + 1, found: bytes.count)
    }
    position += 1
    return bytes[position - 1]
  }

  /// Where the next `count` bytes lie, which are passed.
  private mutating func take(_ count: Int) throws(DataError) -> Range<Int> {
    guard count <= bytes.count - position else {
      throw .truncated(file: file, what: "pickle", expected: count, found: bytes.count - position)
    }
    position += count
    return position - count..<position
  }

  private mutating func number(_ count: Int) throws(DataError) -> Int {
    let value = bytes[try take(count)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(clamping: value)
  }

  private mutating func real() throws(DataError) -> PickleValue {
    let bits = bytes[try take(8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return .real(Double(bitPattern: bits))
  }

  /// A whole number in two's complement; one of more than 64 bits is of no use here.
  private mutating func long(_ count: Int) throws(DataError) -> PickleValue {
    let part = bytes[try take(count)]
    guard count <= 8 else { return .other }
    let isNegative = (part.last ?? 0) >= 0x80
    var value: UInt64 = isNegative ? .max : 0
    for byte in part.reversed() { value = value << 8 | UInt64(byte) }
    return .integer(Int(Int64(bitPattern: value)))
  }

  private mutating func text(_ count: Int) throws(DataError) -> String {
    guard let text = String(validating: bytes[try take(count)], as: UTF8.self) else {
      throw malformed("texts in UTF-8", "other bytes")
    }
    return text
  }

  private mutating func line() throws(DataError) -> String {
    guard let end = bytes[position...].firstIndex(of: 0x0A), end - position <= 1000 else {
      throw malformed("a line with a name", "none")
    }
    let count = end - position
    let text = try text(count)
    position += 1
    return text
  }

  private mutating func skip(_ count: Int) throws(DataError) {
    _ = try take(count)
    stack.append(.bytes)
  }

  private func malformed(_ expected: String, _ found: String) -> DataError {
    .malformed(file: file, what: "pickle, byte \(position)", expected: expected, found: found)
  }
}

// What names mean

extension PickleMachine {
  private func global(_ module: String, _ name: String) throws(DataError) -> PickleValue {
    if let global = PickleGlobal(module: module, name: name) { return .global(global) }
    throw .unsupported(
      file: file,
      what: "'\(module.prefix(60)).\(name.prefix(60))', which the pickle asks for,",
      expected: "names of tensors and plain containers alone (save the model's state_dict())",
      found: "code, which is not run"
    )
  }

  /// `("storage", type, key, place, count)`, with a view behind it in old files.
  private mutating func persistent(_ value: PickleValue) throws(DataError) -> PickleValue {
    guard case .tuple(let index) = value, heap.tuples[index].count >= 5,
      case .text("storage") = heap.tuples[index][0],
      case .global(let global) = heap.tuples[index][1],
      case .text(let key) = heap.tuples[index][2],
      case .integer(let count) = heap.tuples[index][4], count >= 0
    else { throw malformed("the name of a storage", "something else") }
    let type: StorageType?
    switch global {
    case .storage(let known): type = known
    case .otherStorage: type = nil
    default: throw malformed("the type of a storage", "something else")
    }
    if heap.tuples[index].count > 5, heap.tuples[index][5] != .none {
      throw .unsupported(
        file: file,
        what: "storage \(key.prefix(20))",
        expected: "one of its own",
        found: "a view of another; save the file again with a newer PyTorch"
      )
    }
    heap.storages.append(PickledStorage(key: key, type: type, count: count))
    return .storage(heap.storages.count - 1)
  }

  /// Takes a name and its operands and leaves what the call would make.
  private mutating func call() throws(DataError) {
    let parts = try pop(2)
    guard case .global(let global) = parts[0], case .tuple(let index) = parts[1] else {
      if case .other = parts[0] { return stack.append(.other) }
      throw malformed("a name and its operands", "something else")
    }
    let operands = heap.tuples[index]
    switch global {
    case .dictionary:
      let members = try members(operands)
      // One list may be asked for as a dictionary again and again.
      copied += members.count
      guard copied <= bytes.count else {
        throw malformed("at most as many members as bytes", "\(copied)")
      }
      push(dictionary: members)
    case .rebuildTensor: stack.append(try tensor(operands))
    case .rebuildParameter:
      guard case .tensor? = operands.first, let first = operands.first else {
        throw malformed("a tensor as a parameter", "something else")
      }
      stack.append(first)
    case .other: stack.append(.other)
    case .storage, .otherStorage: throw malformed("a call of a function", "one of a type")
    }
  }

  /// A dictionary made of a list of pairs, as old versions of Python write one in order.
  private func members(
    _ operands: [PickleValue]
  ) throws(DataError) -> [(key: PickleValue, value: PickleValue)] {
    guard case .list(let index)? = operands.first else { return [] }
    var result: [(key: PickleValue, value: PickleValue)] = []
    for pair in heap.lists[index] {
      let values: [PickleValue]
      switch pair {
      case .list(let index): values = heap.lists[index]
      case .tuple(let index): values = heap.tuples[index]
      default: values = []
      }
      guard values.count == 2 else { throw malformed("pairs of keys and values", "others") }
      result.append((values[0], values[1]))
    }
    return result
  }

  private mutating func tensor(_ operands: [PickleValue]) throws(DataError) -> PickleValue {
    guard operands.count >= 4, case .storage(let storage) = operands[0],
      case .integer(let offset) = operands[1], let shape = integers(operands[2]),
      let strides = integers(operands[3]), shape.count == strides.count, shape.count <= 16
    else { throw malformed("storage, offset, shape and strides of a tensor", "something else") }
    let count = heap.storages[storage].count
    var (elements, last) = (1, offset)
    for (extent, stride) in zip(shape, strides) {
      let (product, tooMany) = elements.multipliedReportingOverflow(by: extent)
      let (reach, tooFar) = max(0, extent - 1).multipliedReportingOverflow(by: stride)
      let (end, beyond) = last.addingReportingOverflow(reach)
      guard extent >= 0, stride >= 0, !tooMany, !tooFar, !beyond else {
        throw malformed("a shape and strides that a storage has", "\(shape) and \(strides)")
      }
      (elements, last) = (product, end)
    }
    // A view that repeats elements could ask for any amount of memory.
    guard offset >= 0, elements <= count, elements == 0 || last < count else {
      throw malformed("a tensor within its \(count) elements", "\(shape) from \(offset) on")
    }
    heap.tensors.append(
      PickledTensor(storage: storage, offset: offset, shape: shape, strides: strides)
    )
    return .tensor(heap.tensors.count - 1)
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard case .tuple(let index) = value else { return nil }
    let numbers = heap.tuples[index].compactMap { value -> Int? in
      if case .integer(let number) = value { number } else { nil }
    }
    return numbers.count == heap.tuples[index].count ? numbers : nil
  }
}
