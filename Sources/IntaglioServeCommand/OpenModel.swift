import IntaglioServing

/// Opens what `--model NAME=SOURCE` names.
func openModel(_ source: String, threads: Int) throws -> any ServedModel {
  try ServedClassifier(source, threads: threads)
}
