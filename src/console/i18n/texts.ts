import { type Language, useLanguage } from './language'

// biome-ignore lint/suspicious/noExplicitAny: the parameters of a text differ from text to text
type Text = string | ((...values: any[]) => string)

/** A translation has every text of the English dictionary, with equal parameters. */
type Translation<English> = {
  readonly [Key in keyof English]: English[Key] extends (...values: infer Values) => string
    ? (...values: Values) => string
    : string
}

/** The texts of a page or part in every language; the English ones type the others. */
export const texts = <const English extends Readonly<Record<string, Text>>>(
  en: English,
  de: Translation<English>,
): Readonly<Record<Language, Translation<English>>> => ({ en: en as unknown as Translation<English>, de })

/** The texts in the current language. */
export const useTexts = <Dictionary>(dictionary: Readonly<Record<Language, Dictionary>>): Dictionary =>
  dictionary[useLanguage()]
