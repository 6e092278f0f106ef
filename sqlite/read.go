package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// Position implements [wardround.Reader]; 0 for a scope that has nothing yet.
func (s *Store) Position(ctx context.Context, ws wardround.Scope) (uint64, time.Time, error) {
	var position uint64
	var at sql.NullInt64
	err := s.r.QueryRowContext(ctx, `SELECT position, at FROM scope WHERE org = ? AND site = ?`, string(ws.Org), string(ws.Site)).Scan(&position, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, time.Time{}, nil
	}
	return position, unstamp(at), storeError("sqlite.position", s.file, err)
}

// scopeID returns the row id of a scope; false if it has nothing yet.
func (s *Store) scopeID(ctx context.Context, ws wardround.Scope) (int64, bool, error) {
	var id int64
	err := s.r.QueryRowContext(ctx, `SELECT id FROM scope WHERE org = ? AND site = ?`, string(ws.Org), string(ws.Site)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return id, err == nil, err
}

// query yields what scan makes of each row of a query, whose first parameter is
// the scope.
func query[T any](ctx context.Context, s *Store, ws wardround.Scope, scan func(*sql.Rows) (T, error), text string, args ...any) iter.Seq2[T, error] {
	const op = "sqlite.read"
	return func(yield func(T, error) bool) {
		var zero T
		id, ok, err := s.scopeID(ctx, ws)
		if err != nil {
			yield(zero, storeError(op, s.file, err))
			return
		}
		if !ok {
			return
		}
		rows, err := s.r.QueryContext(ctx, text, append([]any{id}, args...)...)
		if err != nil {
			yield(zero, storeError(op, s.file, err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			v, err := scan(rows)
			if err != nil {
				yield(zero, storeError(op, s.file, err))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(zero, storeError(op, s.file, err))
		}
	}
}

// scanBody reads a row that is one JSON body.
func scanBody[T any](rows *sql.Rows) (*T, error) {
	var b sql.RawBytes
	if err := rows.Scan(&b); err != nil {
		return nil, err
	}
	v := new(T)
	if err := decodeBody(b, v); err != nil {
		return nil, wardround.Errorf(wardround.EIntegrity, "sqlite.read", "a stored %T does not parse: %w", v, err)
	}
	return v, nil
}

// Assets implements [wardround.Reader].
func (s *Store) Assets(ctx context.Context, ws wardround.Scope) iter.Seq2[*wardround.Asset, error] {
	return query(ctx, s, ws, scanBody[wardround.Asset], `SELECT body FROM asset WHERE scope = ? ORDER BY id`)
}

// Links implements [wardround.Reader].
func (s *Store) Links(ctx context.Context, ws wardround.Scope) iter.Seq2[*wardround.Link, error] {
	return query(ctx, s, ws, scanBody[wardround.Link], `SELECT body FROM link WHERE scope = ? ORDER BY id`)
}

// Proposals implements [wardround.Reader].
func (s *Store) Proposals(ctx context.Context, ws wardround.Scope) iter.Seq2[*wardround.Proposal, error] {
	return query(ctx, s, ws, scanBody[wardround.Proposal], `SELECT body FROM proposal WHERE scope = ? ORDER BY id`)
}

// Releases implements [wardround.Reader].
func (s *Store) Releases(ctx context.Context, ws wardround.Scope) iter.Seq2[*wardround.Release, error] {
	return query(ctx, s, ws, scanBody[wardround.Release], `SELECT body FROM release WHERE scope = ? ORDER BY id`)
}

// Documents implements [wardround.Reader].
func (s *Store) Documents(ctx context.Context, ws wardround.Scope) iter.Seq2[*wardround.Document, error] {
	return query(ctx, s, ws, scanBody[wardround.Document], `SELECT body FROM document WHERE scope = ? ORDER BY id`)
}

// Cases implements [wardround.Reader].
func (s *Store) Cases(ctx context.Context, ws wardround.Scope) iter.Seq2[*wardround.Case, error] {
	return query(ctx, s, ws, scanBody[wardround.Case], `SELECT body FROM kase WHERE scope = ? ORDER BY id`)
}

// Notices implements [wardround.Reader].
func (s *Store) Notices(ctx context.Context, ws wardround.Scope) iter.Seq2[*wardround.Notice, error] {
	return query(ctx, s, ws, scanBody[wardround.Notice], `SELECT body FROM notice WHERE scope = ? ORDER BY id`)
}

// where collects the conditions of a filter.
type where struct {
	text strings.Builder
	args []any
}

func (w *where) and(ok bool, condition string, args ...any) {
	if ok {
		w.text.WriteString(" AND " + condition)
		w.args = append(w.args, args...)
	}
}

// Findings implements [wardround.Reader].
func (s *Store) Findings(ctx context.Context, ws wardround.Scope, f wardround.FindingFilter) iter.Seq2[*wardround.Finding, error] {
	var w where
	w.and(f.Check != "", "chk = ?", f.Check)
	w.and(f.Subject != wardround.Subject{}, "subject = ?", f.Subject.String())
	w.and(f.Case != "", "kase = ?", f.Case)
	w.and(f.Live, "live = 1")
	w.and(f.Severity > 0, "severity >= ?", int64(f.Severity))
	scan := func(rows *sql.Rows) (*wardround.Finding, error) {
		v, err := scanBody[wardround.Finding](rows)
		if err == nil {
			v.Facts = numbers(v.Facts)
		}
		return v, err
	}
	return query(ctx, s, ws, scan, `SELECT body FROM finding WHERE scope = ?`+w.text.String()+` ORDER BY id`, w.args...)
}

// Verdicts implements [wardround.Reader].
func (s *Store) Verdicts(ctx context.Context, ws wardround.Scope, f wardround.VerdictFilter) iter.Seq2[*wardround.Verdict, error] {
	var w where
	w.and(f.Check != "", "chk = ?", f.Check)
	w.and(f.Subject != wardround.Subject{}, "subject = ?", f.Subject.String())
	scan := func(rows *sql.Rows) (*wardround.Verdict, error) {
		v := new(wardround.Verdict)
		var subject string
		var facts sql.RawBytes
		var at, until, since sql.NullInt64
		err := rows.Scan(&v.Check, &subject, &v.Item, &v.State, &v.Severity, &v.Why, &facts, &at, &until, &since, &v.Version, &v.Seq, &v.Knowledge, &v.Origin)
		if err == nil {
			err = v.Subject.UnmarshalText([]byte(subject))
		}
		if err == nil {
			v.Facts, err = decodeFacts(facts)
		}
		v.At, v.Until, v.Since = unstamp(at), unstamp(until), unstamp(since)
		return v, err
	}
	return query(ctx, s, ws, scan, `SELECT chk, subject, item, state, severity, why, facts, at, until, since, version, seq, knowledge, origin
		FROM verdict WHERE scope = ?`+w.text.String()+` ORDER BY chk, subject, item`, w.args...)
}

// Transitions implements [wardround.Reader]; oldest first.
func (s *Store) Transitions(ctx context.Context, ws wardround.Scope, k wardround.Key) iter.Seq2[*wardround.Transition, error] {
	scan := func(rows *sql.Rows) (*wardround.Transition, error) {
		t := &wardround.Transition{Key: k}
		var at sql.NullInt64
		var leaf int64 // NoLeaf is stored as -1
		err := rows.Scan(&t.From, &t.To, &t.Seq, &at, &t.Reason, &leaf)
		t.At, t.Leaf = unstamp(at), uint64(leaf)
		return t, err
	}
	return query(ctx, s, ws, scan, `SELECT from_, to_, seq, at, reason, leaf FROM transition
		WHERE scope = ? AND chk = ? AND subject = ? AND item = ? ORDER BY id`, k.Check, k.Subject.String(), k.Item)
}

// States implements [wardround.Reader].
func (s *Store) States(ctx context.Context, ws wardround.Scope) iter.Seq2[wardround.StateRow, error] {
	scan := func(rows *sql.Rows) (r wardround.StateRow, err error) {
		err = rows.Scan(&r.Check, &r.Key, &r.Version, &r.Data)
		if r.Data == nil {
			r.Data = []byte{} // nil would delete it
		}
		return r, err
	}
	return query(ctx, s, ws, scan, `SELECT chk, key, version, data FROM state WHERE scope = ? ORDER BY chk, key`)
}

// Wakes implements [wardround.Reader].
func (s *Store) Wakes(ctx context.Context, ws wardround.Scope) iter.Seq2[wardround.WakeRow, error] {
	scan := func(rows *sql.Rows) (r wardround.WakeRow, err error) {
		var at sql.NullInt64
		err = rows.Scan(&r.Check, &r.Key, &at)
		r.At = unstamp(at)
		return r, err
	}
	return query(ctx, s, ws, scan, `SELECT chk, key, at FROM wake WHERE scope = ? ORDER BY chk, key`)
}

// Learned implements [wardround.Reader].
func (s *Store) Learned(ctx context.Context, ws wardround.Scope) iter.Seq2[wardround.LearnedRow, error] {
	scan := func(rows *sql.Rows) (r wardround.LearnedRow, err error) {
		var first sql.NullInt64
		err = rows.Scan(&r.Check, &r.Set, &r.Member, &first, &r.Adopted)
		r.First = unstamp(first)
		return r, err
	}
	return query(ctx, s, ws, scan, `SELECT chk, set_, member, first, adopted FROM learned WHERE scope = ? ORDER BY chk, set_, member`)
}

// Content implements [wardround.Reader].
func (s *Store) Content(ctx context.Context, ws wardround.Scope) iter.Seq2[wardround.ContentRow, error] {
	scan := func(rows *sql.Rows) (r wardround.ContentRow, err error) {
		var at sql.NullInt64
		err = rows.Scan(&r.Name, &r.Generation, &r.Value, &r.By, &r.Reason, &at)
		if r.At = unstamp(at); r.Value == nil {
			r.Value = []byte{}
		}
		return r, err
	}
	return query(ctx, s, ws, scan, `SELECT name, generation, value, by_, reason, at FROM content WHERE scope = ? ORDER BY name`)
}

// Evidence implements [wardround.Reader].
func (s *Store) Evidence(ctx context.Context, ws wardround.Scope, from, to uint64) iter.Seq2[*wardround.Evidence, error] {
	if to == 0 {
		to = 1<<scopeShift - 1
	}
	scan := func(rows *sql.Rows) (*wardround.Evidence, error) {
		e := new(wardround.Evidence)
		var at sql.NullInt64
		var id int64
		err := rows.Scan(&id, &e.Kind, &e.Reason, &e.Payload, &e.Salt, &e.Leaf, &at, &e.Seq)
		e.Index, e.At = uint64(id&(1<<scopeShift-1)), unstamp(at)
		return e, err
	}
	return query(ctx, s, ws, scan, `SELECT id, kind, reason, payload, salt, leaf, at, seq FROM leaf
		WHERE id >= (?1 << 40) + ?2 AND id < (?1 << 40) + ?3 ORDER BY id`, int64(min(from, 1<<scopeShift-1)), int64(min(to, 1<<scopeShift-1)))
}
