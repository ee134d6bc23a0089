package siws

import (
	"strconv"
	"strings"
	"time"
)

// dateTime reports a date-time of RFC 3339, on a day that there is. A leap second is refused: no clock of
// ours can show it.
func dateTime(text string) bool {
	const day, clock = "0000-00-00", "00:00:00" // a zero stands for any digit
	if len(text) < len(day+"T"+clock) || !shaped(day, text[:len(day)]) || (text[len(day)] != 'T' && text[len(day)] != 't') {
		return false
	}
	date, rest := text[:len(day)], text[len(day+"T"):]
	if !aDay(date) || !shaped(clock, rest[:len(clock)]) || !anHour(rest[:5]) || rest[6:8] > "59" {
		return false
	}
	return aZone(withoutFraction(rest[len(clock):]))
}

// shaped reports a text that is the shape with digits in the place of its zeros.
func shaped(shape, text string) bool {
	if len(text) != len(shape) {
		return false
	}
	for i := range len(shape) {
		if shape[i] == '0' && (text[i] < '0' || text[i] > '9') || shape[i] != '0' && text[i] != shape[i] {
			return false
		}
	}
	return true
}

// aDay reports that a month has the day. The text is shaped already.
func aDay(date string) bool {
	year, _ := strconv.Atoi(date[:4])
	month, _ := strconv.Atoi(date[5:7])
	day, _ := strconv.Atoi(date[8:])
	last := time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return month >= 1 && month <= 12 && day >= 1 && day <= last
}

// anHour reports an hour and a minute of a day. Text of one length compares as its number.
func anHour(text string) bool { return shaped("00:00", text) && text[:2] <= "23" && text[3:] <= "59" }

// withoutFraction leaves out a point and the digits after it. A point without digits stays.
func withoutFraction(text string) string {
	after, found := strings.CutPrefix(text, ".")
	rest := strings.TrimLeft(after, digit)
	if !found || len(rest) == len(after) {
		return text
	}
	return rest
}

func aZone(text string) bool {
	if text == "Z" || text == "z" {
		return true
	}
	return text != "" && (text[0] == '+' || text[0] == '-') && anHour(text[1:])
}
