/// JSON without characters that control a terminal.
enum JSONText {
    /// Escapes characters that would control a terminal and that the encoder leaves as they are. They occur in strings only;
    /// the encoder's own newlines stay.
    static func escaped(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: { $0 != "\n" && $0.isControl }) else { return json }
        var text = ""
        for scalar in json.unicodeScalars {
            if scalar != "\n", scalar.isControl {
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
