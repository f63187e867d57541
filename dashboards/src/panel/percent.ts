/** A ratio in the words of a panel, such as `95 %`. */
export const percent = (ratio: number): string => `${Number((ratio * 100).toFixed(1))} %`;
