extension StringProtocol {
    /// The text without white space at its ends.
    var trimmed: Substring {
        let text = Substring(self).drop { $0.isWhitespace }
        return text.lastIndex { !$0.isWhitespace }.map { text[...$0] } ?? ""
    }
}
