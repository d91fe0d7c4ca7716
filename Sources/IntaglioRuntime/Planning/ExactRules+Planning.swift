import IntaglioNumerics

extension ExactRules {
  init(_ rules: [StageParameter], _ constants: inout ConstantPool) {
    var (starts, bytes): ([UInt32], [UInt8]) = ([], [])
    let table = 4 * rules.count
    for rule in rules {
      starts.append(UInt32(table + bytes.count))
      rule.scale.append(to: &bytes)
      rule.offset.append(to: &bytes)
      withUnsafeBytes(of: Int64(rule.zeroPoint).littleEndian) { bytes += $0 }
    }
    let all =
      starts.flatMap { start in withUnsafeBytes(of: start.littleEndian, Array.init) } + bytes
    region = constants.add(all)
    count = rules.count
    byteCount = all.count
  }
}
