import Ferry

/// What a report says, before it is a page or Markdown: a sentence of outcome, facts at a glance, and sections.
struct ReportContent {
    /// How good something is.
    enum Tone: String {
        case good, bad, attention
    }

    /// A number that is seen first.
    struct Fact {
        let label: String
        let value: String
        var detail = ""
        var tone: Tone?
    }

    /// A part of the report.
    struct Section {
        /// The anchor in a page.
        let id: String
        let title: String
        var paragraphs: [String] = []
        var figures: [Figure] = []
        var tables: [Table] = []
        /// Statements or a command, as they are to be run.
        var code: [String] = []

        /// Whether it says anything.
        var isEmpty: Bool { paragraphs.isEmpty && figures.isEmpty && tables.isEmpty && code.isEmpty }
    }

    /// A picture with its legend.
    struct Figure {
        /// The picture, as an element of HTML.
        let svg: String
        var caption = ""
        /// Each color with its meaning: the class, and the text.
        var legend: [(color: String, text: String)] = []
        /// Whether it is as wide as it is high.
        var isSquare = false
    }

    /// A table.
    struct Table {
        /// A column.
        struct Column {
            let title: String
            var isNumber = false
        }

        /// The heading, where a section has several.
        var caption = ""
        /// What the rows are: `table`, `bot`.
        var noun = "row"
        let columns: [Column]
        var rows: [[Cell]]
    }

    /// A cell.
    struct Cell {
        let text: String
        /// What it is sorted by; nil for its text.
        var order: Double?
        var tone: Tone?
        var isCode = false
    }

    /// The outcome, in one word and a sentence.
    let word: String
    let tone: Tone
    let sentence: String
    /// Other sentences below it.
    var details: [(text: String, tone: Tone?)] = []
    var facts: [Fact] = []
    var sections: [Section] = []

    /// The sections with something in them.
    var shown: [Section] { sections.filter { !$0.isEmpty } }
}

extension ReportContent.Cell {
    /// A text.
    init(_ text: String, _ tone: ReportContent.Tone? = nil) { self.init(text: text, tone: tone) }

    /// A number, or nothing.
    init(_ number: Int?) { self.init(text: number.map { Units.count($0) } ?? "", order: Double(number ?? -1)) }

    /// An amount with a unit, or nothing.
    init(_ amount: Double?, _ text: (Double) -> String) {
        self.init(text: amount.map(text) ?? "", order: amount ?? -1)
    }

    /// A text that is to be taken letter by letter.
    static func code(_ text: String) -> Self { Self(text: text, isCode: true) }
}
