/// How far one distribution of probabilities is from another.
package enum Divergence {
  /// The Kullback–Leibler divergence Σ p·(log p − log q) in nats, p = softmax(a), q = softmax(b).
  package static func kullbackLeibler(
    _ a: some Collection<Float>,
    _ b: some Collection<Float>
  )
    -> Double
  {
    zip(logProbabilities(a), logProbabilities(b)).reduce(0) {
      $0 + SystemMath.exp($1.0) * ($1.0 - $1.1)
    }
  }

  /// softmax(row).
  package static func probabilities(_ row: some Collection<Float>) -> [Double] {
    logProbabilities(row).map(SystemMath.exp)
  }

  private static func logProbabilities(_ row: some Collection<Float>) -> [Double] {
    let largest = Double(row.max() ?? 0)
    let sum = row.reduce(0.0) { $0 + SystemMath.exp(Double($1) - largest) }
    let shift = largest + SystemMath.log(sum)
    return row.map { Double($0) - shift }
  }
}
