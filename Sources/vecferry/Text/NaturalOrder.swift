/// The order in which people expect names: `table_2` before `table_10`.
enum NaturalOrder {
    /// Whether `left` comes before `right`: runs of digits are compared as numbers, all else character by character.
    static func isBefore(_ left: String, _ right: String) -> Bool {
        var (left, right) = (left[...], right[...])
        while let first = left.first, let other = right.first {
            let (number, otherNumber) = (digits(left), digits(right))
            if number.isEmpty || otherNumber.isEmpty {
                guard first == other else { return first < other }
                left.removeFirst()
                right.removeFirst()
                continue
            }
            let (value, otherValue) = (number.drop { $0 == "0" }, otherNumber.drop { $0 == "0" })
            guard value.count == otherValue.count else { return value.count < otherValue.count }
            guard value == otherValue else { return value < otherValue }
            left.removeFirst(number.count)
            right.removeFirst(otherNumber.count)
        }
        return left.isEmpty && !right.isEmpty
    }

    private static func digits(_ text: Substring) -> Substring { text.prefix { $0.isASCII && $0.isNumber } }
}
