// Whoever imports Intaglio sees the types that its calls take and give.
@_exported public import IntaglioData
@_exported public import IntaglioExport
@_exported public import IntaglioGraph
@_exported public import IntaglioImport
@_exported public import IntaglioNumerics
@_exported public import IntaglioReport
@_exported public import IntaglioRewrite
@_exported public import IntaglioRuntime
