/// The language of a page.
public enum Language: String, Sendable, Codable, CaseIterable { case en, ja }
