package gate

func (r *Result) quality() map[string]string { return map[string]string{} }
