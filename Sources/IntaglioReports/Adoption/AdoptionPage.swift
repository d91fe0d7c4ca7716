public import Intaglio
public import IntaglioReport

/// The page of an `AdoptionReport`.
public struct AdoptionPage {
  let report: AdoptionReport
  let result: AdoptionResult
  let words: AdoptionWords
  let history: AdoptionHistory?

  public init(_ report: AdoptionReport, _ result: AdoptionResult, language: Language, history: AdoptionHistory?) {
    (self.report, self.result, self.history) = (report, result, history)
    words = AdoptionWords(language)
  }

  public var text: String {
    get throws { "" }
  }
}
