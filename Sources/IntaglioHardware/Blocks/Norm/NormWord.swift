import BigInt

/// How the numbers of a channel lie in its word.
struct NormWord: Hashable, Sendable {
  let left: Verilog.SignalType
  private let zeros: [Int]
  private let types: [Verilog.SignalType]

  /// The narrowest word that all `channels` fit.
  init(_ channels: [NormParameters.Channel]) {
    left = .address(of: (channels.map(\.left).max() ?? 0) + 1)
    let constants = NormParameters.Constant.allCases
    let zeros = constants.map { constant in
      channels.compactMap { $0[constant].signum() == 0 ? nil : $0[constant].trailingZeroBitCount }
        .min() ?? 0
    }
    self.zeros = zeros
    types = constants.map { constant in
      let largest = channels.map { $0[constant] }.max() ?? 0
      return Verilog.SignalType(holding: 0...(largest >> zeros[constant.rawValue]))
    }
  }

  /// How many of the lowest bits of a constant are zero in all channels; these are not stored.
  func zeros(_ constant: NormParameters.Constant) -> Int { zeros[constant.rawValue] }

  /// A constant without these zeros.
  func type(_ constant: NormParameters.Constant) -> Verilog.SignalType { types[constant.rawValue] }

  var bits: Int { left.bits + 3 + types.reduce(0) { $0 + $1.bits } }

  /// left, isOdd, the signs of A and R₀, the four constants; left in the lowest bits.
  func callAsFunction(_ channel: NormParameters.Channel) -> Verilog.PackedWord {
    var word = Verilog.PackedWord()
    word.append(channel.left, left)
    for flag in [channel.isOdd, channel.isFactorNegative, channel.isBaseNegative] {
      word.append(flag ? 1 : 0, .bit)
    }
    for constant in NormParameters.Constant.allCases {
      word.append(channel[constant] >> zeros(constant), type(constant))
    }
    return word
  }
}
