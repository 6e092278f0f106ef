package loinc

import "strconv"

func number(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

func decimal(s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic("loinc: the table of analytes: " + err.Error())
	}
	return x
}
