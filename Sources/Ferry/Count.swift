/// Counts as messages show them.
public enum Count {
    /// The number with its digits grouped: `60,000`.
    public static func of(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var grouped = ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position).isMultiple(of: 3) { grouped.append(",") }
            grouped.append(digit)
        }
        return number < 0 ? "-" + grouped : grouped
    }

    /// The number and its noun, which agree: `1 row`, `60,000 rows`.
    public static func of(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
        "\(of(number)) \(number == 1 ? singular : plural ?? singular + "s")"
    }
}
