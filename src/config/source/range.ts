/** A half-open range of offsets into a text. */
export interface Range {
  start: number;
  end: number;
}
